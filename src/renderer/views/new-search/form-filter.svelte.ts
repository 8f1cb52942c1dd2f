/** What is looked for in the form. A link to a field that is hidden ends the search. */
class FormFilter {
  text = $state('');
}

export const formFilter = new FormFilter();
