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
  readonly open: Pick<AttemptOpen, 'operation' | 'stream' | 'thinking'>;
  readonly body: Buffer;
  readonly provider: Provider;
}

/**
 * A legacy completion is asked as a chat, which is what today's models are. Only what no chat can serve (a suffix, an
 * echo, token ids) goes to the provider's own completions endpoint, where it has one.
 */
export function chatEndpoint({ open, body, provider }: ChatEndpointInput): ChatEndpoint {
  const { completions, chat, chatStream = chat } = provider.paths;
  const isLegacy = open.operation === 'completions' && completions !== undefined && open.thinking === undefined;
  return isLegacy && legacyOnlyField(parseBody(body)) !== undefined
    ? { path: completions, dialect: 'openai-completions' }
    : { path: open.stream ? chatStream : chat, dialect: provider.dialect };
}
