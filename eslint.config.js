import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Every element becomes an argument, and an engine's stack holds some 100,000. */
const NO_SPREAD_DATA = [
  {
    selector: 'CallExpression[callee.object.name="Math"] > SpreadElement',
    message:
      'This overflows the stack for large data: use smallest or largest (src/shared/extremes.ts).',
  },
  {
    selector: 'CallExpression[callee.property.name=/^(push|unshift)$/] > SpreadElement',
    message: 'This overflows the stack for large data: add the elements in a loop.',
  },
];

export default defineConfig(
  globalIgnores(['coverage/', 'out/', 'test/fixtures/', 'electron.vite.config.*.mjs']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // The compiler knows what is defined, in plain JavaScript as well (checkJs).
      'no-undef': 'off',
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Every result follows from its seed: take an Rng (src/shared/rng.ts).',
        },
      ],
      // `typeof import('…')` types what createRequire loads.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      // `void` in a short arrow or an early return is no confusion.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `process.env['NAME']`: brackets mark a key that the type does not promise.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // What was caught may be thrown on.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Every element of a typed array may be undefined to the compiler (noUncheckedIndexedAccess); in
      // a numeric loop the bound is the proof, and `!` says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `for (let i = 0; …)` over parallel typed arrays is the clear form.
      '@typescript-eslint/prefer-for-of': 'off',
      // Interfaces are met by closures, which have no `this` to lose; classes keep private fields, so
      // that a method without its object throws at its first call.
      '@typescript-eslint/unbound-method': 'off',
      // An async function that waits for nothing still turns a throw into the rejection its interface
      // promises.
      '@typescript-eslint/require-await': 'off',
      // Settings are plain trees, from which keys may go.
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
    rules: {
      // Sets and maps are replaced ($state.raw), not changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // svelte-check knows the types of a template's events; here they are any.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
    },
  },
  {
    // What is printed is the host's affair; everything below it returns values and tells events.
    files: ['src/**'],
    ignores: ['src/main/hosts/cli/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**'],
    rules: { 'no-restricted-syntax': ['error', ...NO_SPREAD_DATA] },
  },
  {
    // The addon is found by its name in a string, which the arrows (.dependency-cruiser.js) can't see.
    files: ['src/**'],
    ignores: ['src/main/engine/kernels/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...NO_SPREAD_DATA,
        {
          selector: 'Literal[value=/^@tensorflow\\u002f/]',
          message: 'Only src/main/engine/kernels knows TensorFlow.',
        },
      ],
    },
  },
  {
    // Declarations of code that is not ours take its shape.
    files: ['**/*.d.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  {
    files: ['test/**', 'bench/**', 'torture/**'],
    rules: {
      // Listeners that nobody listens with.
      '@typescript-eslint/no-empty-function': 'off',
      // `expect.any(Number)` is any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // AssemblyScript looks like TypeScript, but has a compiler and types of its own, and decorators of
    // functions.
    files: ['src/main/engine/sparse/assembly/**'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false, allowInvalidAST: true } },
    rules: {
      '@typescript-eslint/ban-ts-comment': 'off',
      // It knows no imports of types alone.
      '@typescript-eslint/consistent-type-imports': 'off',
      // Its conversions are not TypeScript's assertions.
      '@typescript-eslint/consistent-type-assertions': 'off',
      // Classes stand for numbers, as type arguments.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
);
