import { fnv1a } from '../json/fnv1a.js';

const ALLOWED = /^[a-zA-Z0-9_-]+$/;

/**
 * A tool call's id in the form Anthropic takes (`^[a-zA-Z0-9_-]+$`), the same one for the same id every time, so that a
 * call and its result still meet. A hash of the original keeps ids apart that differ only in what was replaced.
 */
export function encodeToolId(id: string): string {
  if (ALLOWED.test(id)) return id;
  return `${id.replace(/[^a-zA-Z0-9_-]/g, '_') || 'toolu'}_${fnv1a(id)}`;
}
