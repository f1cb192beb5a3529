import type { DialectId } from '@switchyard/canonical';
import { legacyOnlyField } from '@switchyard/dialects';
import type { Provider } from '@switchyard/providers';
import type { AttemptOpen } from '@switchyard/wire';

import { parseBody } from '../encode/parse-body.js';

/** Where a request for text goes, and the language spoken there. */
export interface ChatEndpoint {
  readonly path: string;
  readonly dialect: DialectId;
}

export interface ChatEndpointInput {
  readonly open: Pick<AttemptOpen, 'operation' | 'dialect' | 'stream' | 'thinking' | 'resume'>;
  readonly body: Buffer;
  readonly provider: Provider;
}

/**
 * A provider is spoken to in the client's own dialect where it speaks that, and else in its main one. A legacy completion
 * is asked as a chat, which is what today's models are. Only what no chat can serve (a suffix, an echo, token ids) goes to
 * the provider's own completions endpoint, where it has one.
 */
export function chatEndpoint({ open, body, provider }: ChatEndpointInput): ChatEndpoint {
  const { completions } = provider.paths;
  const isLegacy = open.operation === 'completions' && completions !== undefined && open.thinking === undefined;
  return isLegacy && legacyOnlyField(parseBody(body)) !== undefined
    ? { path: completions, dialect: 'openai-completions' }
    : endpointFor(open, provider);
}

function endpointFor(open: ChatEndpointInput['open'], provider: Provider): ChatEndpoint {
  const { paths, dialect, alsoSpeaks, prefill } = provider;
  if (open.resume?.how === 'prefill' && prefill?.path !== undefined) return { path: prefill.path, dialect };
  const wanted = open.operation === 'completions' ? 'openai-chat' : open.dialect;
  const path = alsoSpeaks?.[wanted];
  if (path !== undefined) return { path, dialect: wanted };
  return { path: open.stream ? (paths.chatStream ?? paths.chat) : paths.chat, dialect };
}
