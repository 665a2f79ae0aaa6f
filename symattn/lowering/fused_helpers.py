"""Functions around torch's kernels of attention that generated modules call, each as its text."""

FUSED_HELPERS = {
    "_as_heads": '''
def _as_heads(tensor, batch, heads):
    """(..., rows, columns) over all batches and heads, which become one axis each; a view where memory allows."""
    rows, columns = tensor.shape[-2:]
    return tensor.expand(*batch, *heads, rows, columns).reshape(math.prod(batch), math.prod(heads), rows, columns)
''',
    "_attention": '''
def _attention(query, key, value, mask=None, heads=1, shared=0, **options):
    """softmax(scale * query @ key.mT + mask) @ value by torch's kernel, which takes (batch, heads, rows, columns).

    heads: how many axes before the rows are heads. key and value lack the last shared ones of these: each of their
    heads serves as many heads of the queries in a row as those axes hold.
    """
    kernel = torch.nn.functional.scaled_dot_product_attention
    if mask is not None and mask.ndim == 1:
        mask = mask[None]  # one row of keys for all queries
    if not shared and query.shape[:-2] == key.shape[:-2] == value.shape[:-2] and (mask is None or mask.ndim == 2):
        if query.ndim == 4:
            return kernel(query, key, value, mask, **options)
        if query.ndim == 3:
            return kernel(query[None], key[None], value[None], mask, **options)[0]
    around = [tensor.shape[:-2] + (1,) * shared for tensor in (key, value)] + [query.shape[:-2]]
    around += [] if mask is None else [mask.shape[:-2]]
    leading = torch.broadcast_shapes(*around)
    batch, heads = leading[:-heads], leading[-heads:]
    query = _as_heads(query, batch, heads)
    key, value = (_as_heads(tensor, batch, heads[: len(heads) - shared]) for tensor in (key, value))
    if mask is not None and mask.ndim > 2:
        own = (1,) * (len(leading) + 2 - mask.ndim) + mask.shape[:-2]
        own_batch, own_heads = own[: len(batch)], own[len(batch) :]
        same_for_all = all(length == 1 for length in own_batch), all(length == 1 for length in own_heads)
        mask = _as_heads(mask, own_batch if same_for_all[0] else batch, own_heads if same_for_all[1] else heads)
    if shared:
        options["enable_gqa"] = True
    result = kernel(query, key, value, mask, **options)
    return result.reshape(*leading, *result.shape[-2:])
''',
    "_attention_of_some": '''
def _attention_of_some(query, key, value, allowed, bias=None, never_empty=False, **options):
    """Attention over allowed keys; a row without any is 0 and has gradient 0, whatever a kernel makes of such rows:
    it is given all keys before, and put to 0 after.
    """
    if never_empty:
        mask = allowed if bias is None else torch.where(allowed, bias, -torch.inf)
        return _attention(query, key, value, mask, **options)
    marks = allowed.view(torch.uint8)  # the largest byte is found many times faster than any truth value
    some = marks.amax(dim=-1, keepdim=True) if marks.shape[-1] else marks.sum(dim=-1, keepdim=True, dtype=torch.uint8)
    allowed, some = (marks | 1 - some).view(torch.bool), some.view(torch.bool)
    mask = allowed if bias is None else torch.where(allowed, bias, -torch.inf)
    return torch.where(some, _attention(query, key, value, mask, **options), 0.0)
''',
    "_per_batch": '''
def _per_batch(tensor, batch, axes):
    """The tensor over all batches, which become one axis before its last ones; a view where memory allows."""
    own = tensor.shape[-axes:]
    return tensor.expand(*batch, *own).reshape(math.prod(batch), *own)
''',
    "_flex_attention": '''
def _flex_attention(
    query, key, value, batch, heads, shared=0, mask_mod=None, of_batches=False, of_heads=False, **options
):
    """softmax(score_mod(scale * query @ key.mT), where=mask_mod) @ value by torch's flex_attention, which takes
    (batch, heads, rows, columns); torch.compile makes one kernel of it. It has no gradients on the CPU, where torch's
    compiler wants query, key and value with four axes from the beginning.

    key and value lack the last shared axes of the heads: each of their heads serves as many heads of the queries in a
    row. of_batches and of_heads: whether mask_mod differs between batches and between heads.
    """
    query = _as_heads(query, batch, heads)
    key, value = (_as_heads(tensor, batch, heads[: len(heads) - shared]) for tensor in (key, value))
    if mask_mod is not None:
        differing = query.shape[0] if of_batches else None, query.shape[1] if of_heads else None
        lengths = query.shape[-2], key.shape[-2]
        options["block_mask"] = create_block_mask(mask_mod, *differing, *lengths, device=query.device)
    result = flex_attention(query, key, value, enable_gqa=shared > 0, **options)
    return result.reshape(*batch, *heads, *result.shape[-2:])
''',
}
"""The helpers by name; each is put into a module that calls it, with those that it calls itself."""

FLEX_IMPORT = "from torch.nn.attention.flex_attention import create_block_mask, flex_attention"
