const ALLOWED = /^[a-zA-Z0-9_-]+$/;

/**
 * A tool call's id in the form Anthropic takes (`^[a-zA-Z0-9_-]+$`), the same one for the same id every time, so that a
 * call and its result still meet. A hash of the original keeps ids apart that differ only in what was replaced.
 */
export function encodeToolId(id: string): string {
  if (ALLOWED.test(id)) return id;
  return `${id.replace(/[^a-zA-Z0-9_-]/g, '_') || 'toolu'}_${fnv1a(id)}`;
}

/** FNV-1a, 32 bits: short, and the same in every process. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
