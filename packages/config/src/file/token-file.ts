import { z } from 'zod';
import { secret } from './fields.js';

export type TokenFile =
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'unusable'; readonly message: string; readonly remedy: string };

const tokenObject = z.union([
  z.object({ access_token: secret }).transform((value) => value.access_token),
  z.object({ api_key: secret }).transform((value) => value.api_key),
]);

/** Takes the token from a file that holds it alone, or JSON with `access_token` or `api_key`, as cliproxyapi does. */
export function readTokenFile(path: string, readFile: (path: string) => string): TokenFile {
  let content: string;
  try {
    content = readFile(path).trim();
  } catch {
    const remedy = 'check that it is there and that this process may read it';
    return { type: 'unusable', message: `the file ${path} cannot be read`, remedy };
  }
  const parsed = content.startsWith('{') ? tokenObject.safeParse(parseJson(content)) : secret.safeParse(content);
  if (parsed.success) return { type: 'token', token: parsed.data };
  const remedy = 'put the token alone in it, or JSON with access_token or api_key';
  return { type: 'unusable', message: `the file ${path} holds no token`, remedy };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
