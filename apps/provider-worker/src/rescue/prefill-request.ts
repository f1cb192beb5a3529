import { GatewayError, type Block, type CanonicalRequest, type DialectId, type Message } from '@switchyard/canonical';
import { canPrefill, type Provider } from '@switchyard/providers';

import { estimateTokens } from './estimate-usage.js';

export interface PrefillOptions {
  /** What the client has of the answer. */
  readonly text: string;
  readonly provider: Provider;
  /** What the provider is asked in. */
  readonly dialect: DialectId;
  /** The upstream's name for the model. */
  readonly model: string;
}

/**
 * A request whose answer goes on with `text`, which ends the conversation as the assistant's turn: without white space at
 * its end, which Anthropic refuses and which makes other models stumble. No reasoning is asked for, since what it would
 * lead to is said already (Anthropic takes no prefill with extended thinking), and the ceiling is lowered by what was said.
 *
 * @throws GatewayError `operation_not_supported` for a model that would answer anew.
 */
export function prefillRequest(request: CanonicalRequest, options: PrefillOptions): CanonicalRequest {
  const { text, provider, dialect, model } = options;
  if (!canPrefill(provider, model) || dialect === 'openai-completions') {
    const message = `${model} of ${provider.slug} is not known to go on with an answer that was begun for it`;
    throw new GatewayError('operation_not_supported', message);
  }
  const begun = text.trimEnd();
  if (begun === '') return request;
  const { messages, reasoning, maxOutputTokens } = request;
  const last = messages.at(-1);
  const earlier = last?.role === 'assistant' ? last : undefined;
  const { mark } = provider.prefill ?? {};
  const message: Message = {
    ...earlier,
    role: 'assistant',
    content: appendText(earlier?.content ?? [], begun),
    ...(mark !== undefined && { extensions: { ...earlier?.extensions, [dialect]: mark } }),
  };
  return {
    ...request,
    messages: [...(earlier === undefined ? messages : messages.slice(0, -1)), message],
    reasoning: reasoning && { type: 'off' },
    maxOutputTokens: maxOutputTokens && Math.max(1, maxOutputTokens - estimateTokens(text)),
  };
}

/** A client may itself have begun the answer. */
function appendText(content: readonly Block[], text: string): readonly Block[] {
  const last = content.at(-1);
  if (last?.type !== 'text') return [...content, { type: 'text', text }];
  return [...content.slice(0, -1), { ...last, text: last.text + text }];
}
