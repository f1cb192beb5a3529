import type { Message } from '@switchyard/canonical';

import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { CallIds } from './call-ids.js';
import { decodePart, GEMINI } from './decode-parts.js';
import type { WireContent, WireRequest } from './wire-request.js';

/** The conversation, its instructions first. Results of functions came as role `function` in the API's first version. */
export function decodeContents({ systemInstruction, contents }: WireRequest): Message[] {
  const calls = new CallIds();
  const instructions = (systemInstruction?.parts ?? []).map((part) => decodePart(part, calls));
  return [
    ...(instructions.length === 0 ? [] : [{ role: 'system' as const, content: instructions }]),
    ...contents.map((content) => decodeContent(content, calls)),
  ];
}

function decodeContent({ role, parts, ...rest }: WireContent, calls: CallIds): Message {
  return compact({
    role: role === 'model' ? ('assistant' as const) : ('user' as const),
    content: (parts ?? []).map((part) => decodePart(part, calls)),
    extensions: extensionsOf(GEMINI, restOf(rest, [])),
  });
}
