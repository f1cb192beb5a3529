import type { CanonicalRequest, Message } from '@switchyard/canonical';

import type { EncodeRequestOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { refuseServerState } from '../extensions/refuse-server-state.js';
import { compact } from '../json/json-object.js';
import { LossLog } from '../losses/loss-log.js';
import { blockPath, messagePath } from '../losses/field-path.js';
import { withFields } from '../extensions/merge-fields.js';

/** A request as a completion body: the texts of the conversation, one after the other. */
export function encodeRequest(request: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject> {
  refuseServerState(request, 'openai-completions');
  const log = new LossLog('openai-completions');
  log.foreignFields({ ...request.extensions, 'openai-chat': undefined }, '');
  noteInexpressible(request, log);
  const fields = compact({
    model: options.model,
    prompt: encodePrompt(request.messages, log),
    ...(request.stream && { stream: true, stream_options: { include_usage: true } }),
    max_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stopSequences,
    seed: request.seed,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    n: request.choiceCount,
    user: request.userId,
    logprobs: request.logprobs && (request.logprobs.top ?? 0),
  });
  return { value: withFields(fields, ownFields('openai-chat', request.extensions)), warnings: log.warnings };
}

function encodePrompt(messages: readonly Message[], log: LossLog): string {
  if (messages.length > 1) log.approximated('messages', 'openai-completions has one prompt, so the roles are not told');
  return messages.flatMap((message) => textsOf(message, log)).join('\n\n');
}

function textsOf(message: Message, log: LossLog): string[] {
  return message.content.flatMap((block) => {
    if (block.type === 'text') return [block.text];
    log.dropped(blockPath(messagePath(message), block), `openai-completions has no place for a ${block.type} block`);
    return [];
  });
}

function noteInexpressible(request: CanonicalRequest, log: LossLog): void {
  const asked: readonly (readonly [string, boolean])[] = [
    ['tools', request.tools.length > 0],
    ['toolChoice', request.toolChoice !== undefined],
    ['parallelToolCalls', request.parallelToolCalls !== undefined],
    ['topK', request.topK !== undefined],
    ['reasoningEffort', request.reasoning !== undefined],
    ['responseFormat', request.responseFormat !== undefined && request.responseFormat.type !== 'text'],
    ['metadata', request.metadata !== undefined],
    ['serviceTier', request.serviceTier !== undefined],
  ];
  for (const [field, isAsked] of asked) {
    if (isAsked) log.dropped(field, 'openai-completions has no such field');
  }
}
