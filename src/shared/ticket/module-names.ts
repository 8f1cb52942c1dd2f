import type { ModelGraph } from './model-graph.ts';

/**
 * Words that can't name a layer, in lower case: Python's own, what `nn.Module` has already, and the names
 * of a network's input and output in ONNX, Keras and TensorFlow.js.
 */
const TAKEN = new Set(
  (
    'input logits none true false ' +
    'and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield x ' +
    'add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches ' +
    'eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu ' +
    'load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters ' +
    'register_backward_hook register_buffer register_forward_hook register_forward_pre_hook ' +
    'register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook ' +
    'register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook ' +
    'register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict ' +
    't_destination to to_empty train training type xpu zero_grad'
  ).split(' '),
);

/**
 * An identifier for each node: `stage1.block1.conv1` becomes `stage1_block1_conv1`. Two of them differ in
 * more than upper and lower case, because some file systems ignore it.
 */
export function moduleNames({ nodes }: ModelGraph): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>(TAKEN);
  for (const { name } of nodes) {
    const word = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9_]|$)/, 'layer_');
    let unique = word;
    for (let number = 2; used.has(unique.toLowerCase()); number += 1) unique = `${word}_${number}`;
    used.add(unique.toLowerCase());
    names.set(name, unique);
  }
  return names;
}
