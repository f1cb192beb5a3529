import type { JsonObject, WithWarnings } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { stringOf } from '../json/read-json.js';
import { isMadeId } from '../made/made-id.js';
import { FOREIGN_PROOF, FOREIGN_STEP, MadeLog } from '../made/made-log.js';
import { openProof } from '../made/proof.js';
import { RESPONSES } from './reasoning-proof.js';

/** A request without what we told its client in the name of other providers: OpenAI refuses reasoning that it cannot read. */
export function dropMade(body: unknown): WithWarnings<unknown> {
  const log = new MadeLog();
  if (!isJsonObject(body) || !Array.isArray(body['input'])) return { value: body, warnings: [] };
  const input = body['input'].flatMap((item: unknown) => (isJsonObject(item) ? ownItem(item, log) : [item]));
  return { value: { ...body, input }, warnings: log.warnings };
}

function ownItem(item: JsonObject, log: MadeLog): JsonObject[] {
  if (item['type'] === 'reasoning') {
    const { provenance } = openProof(stringOf(item['encrypted_content']) ?? '', RESPONSES);
    if (provenance === RESPONSES) return [item];
    log.dropped('input[].reasoning', FOREIGN_PROOF);
    return [];
  }
  const isStep = item['type'] === 'web_search_call' || item['type'] === 'code_interpreter_call';
  if (!isStep || !isMadeId(item['id'])) return [item];
  log.dropped(`input[].${String(item['type'])}`, FOREIGN_STEP);
  return [];
}
