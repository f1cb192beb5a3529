import { assertNever, lookUp, type Finish, type FinishReason } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { objectOf, wordOf } from '../json/read-json.js';

const INCOMPLETE_REASONS: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  content_filter: 'content-filter',
};

/** Why an answer ended, by its `status` and `incomplete_details`. A whole answer with calls in it waits for their outputs. */
export function decodeFinish(response: JsonObject, hasToolCalls: boolean): Finish {
  if (response['status'] !== 'incomplete') {
    return { reason: hasToolCalls ? 'tool-calls' : 'stop', raw: wordOf(response['status']) };
  }
  const raw = wordOf(objectOf(response['incomplete_details'])['reason']);
  return { reason: lookUp(INCOMPLETE_REASONS, raw) ?? 'other', raw };
}

export interface WireFinish {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: { readonly reason: 'max_output_tokens' | 'content_filter' } | null;
}

export function encodeFinish(reason: FinishReason, hasRefusal: boolean): WireFinish {
  switch (reason) {
    case 'length':
    case 'context-window':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    case 'content-filter':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    case 'refusal':
      // A model that says why it refuses has finished its answer; one that was stopped has not.
      return hasRefusal ? COMPLETED : { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    case 'stop':
    case 'stop-sequence':
    case 'tool-calls':
    case 'pause':
    case 'other':
      return COMPLETED;
    default:
      return assertNever(reason);
  }
}

const COMPLETED: WireFinish = { status: 'completed', incomplete_details: null };
