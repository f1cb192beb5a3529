import type { JsonObject, WithWarnings } from '../dialect.js';
import { isJsonObject, restOf } from '../json/json-object.js';
import { objectOf, stringOf } from '../json/read-json.js';
import { FOREIGN_PROOF, MadeLog } from '../made/made-log.js';
import { openProof } from '../made/proof.js';

/** A request without the signatures that Gemini's own API gave: its vendors of this dialect cannot read them. */
export function dropMade(body: unknown): WithWarnings<unknown> {
  const log = new MadeLog();
  if (!isJsonObject(body) || !Array.isArray(body['messages'])) return { value: body, warnings: [] };
  const messages = body['messages'].map((message: unknown) => {
    if (!isJsonObject(message) || !Array.isArray(message['tool_calls'])) return message;
    const calls = message['tool_calls'].map((call: unknown) => (isJsonObject(call) ? ownCall(call, log) : call));
    return { ...message, tool_calls: calls };
  });
  return { value: { ...body, messages }, warnings: log.warnings };
}

function ownCall(call: JsonObject, log: MadeLog): JsonObject {
  const { extra_content: extra, ...own } = call;
  const google = objectOf(objectOf(extra)['google']);
  const { provenance } = openProof(stringOf(google['thought_signature']) ?? '', 'openai-chat');
  if (provenance === 'openai-chat') return call;
  log.dropped('messages[].tool_calls[].extra_content.google.thought_signature', FOREIGN_PROOF);
  const left = restOf(google, ['thought_signature']);
  const rest = restOf({ ...objectOf(extra), google: left }, []);
  return rest === undefined ? own : { ...own, extra_content: rest };
}
