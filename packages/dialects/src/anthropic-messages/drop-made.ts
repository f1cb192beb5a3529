import type { JsonObject, WithWarnings } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';
import { isMadeId } from '../made/made-id.js';
import { FOREIGN_PROOF, FOREIGN_SOURCE, FOREIGN_STEP, MadeLog } from '../made/made-log.js';
import { openProof } from '../made/proof.js';
import { ANTHROPIC } from './decode-content.js';

/**
 * A request without what we told its client in the name of other providers. Anthropic refuses thinking that it did not sign,
 * and searches and citations that it did not make.
 */
export function dropMade(body: unknown): WithWarnings<unknown> {
  const log = new MadeLog();
  if (!isJsonObject(body) || !Array.isArray(body['messages'])) return { value: body, warnings: [] };
  const messages = body['messages'].flatMap((message: unknown): unknown[] => {
    if (!isJsonObject(message) || !Array.isArray(message['content'])) return [message];
    const content = objectsOf(message['content']).flatMap((block) => ownBlock(block, log));
    // A turn may not be empty, and two of one speaker in a row are one to Anthropic.
    return content.length === 0 && message['content'].length > 0 ? [] : [{ ...message, content }];
  });
  return { value: { ...body, messages }, warnings: log.warnings };
}

function ownBlock(block: JsonObject, log: MadeLog): JsonObject[] {
  switch (block['type']) {
    case 'thinking':
      return ownProof(block, 'signature', log);
    case 'redacted_thinking':
      return ownProof(block, 'data', log);
    case 'text':
      return [withOwnCitations(block, log)];
    default:
      if (!isMadeId(block['id']) && !isMadeId(block['tool_use_id'])) return [block];
      log.dropped(`messages[].content[].${String(block['type'])}`, FOREIGN_STEP);
      return [];
  }
}

function ownProof(block: JsonObject, field: 'signature' | 'data', log: MadeLog): JsonObject[] {
  const { provenance } = openProof(stringOf(block[field]) ?? '', ANTHROPIC);
  if (provenance === ANTHROPIC) return [block];
  log.dropped(`messages[].content[].${String(block['type'])}`, FOREIGN_PROOF);
  return [];
}

function withOwnCitations(block: JsonObject, log: MadeLog): JsonObject {
  const { citations, ...uncited } = block;
  if (!Array.isArray(citations)) return block;
  const own = citations.filter(
    (citation: unknown) => !isJsonObject(citation) || !isMadeId(citation['encrypted_index']),
  );
  if (own.length === citations.length) return block;
  log.dropped('messages[].content[].citations', FOREIGN_SOURCE);
  return own.length === 0 ? uncited : { ...block, citations: own };
}
