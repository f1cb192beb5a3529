import { GatewayError, type CanonicalResponse, type Choice } from '@switchyard/canonical';
import { z } from 'zod';

import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { ANTHROPIC, content, decodeContent } from './decode-content.js';
import { classifyError } from './decode-error.js';
import { decodeFinish } from './finish.js';
import { splitLateFields } from './late-fields.js';
import { decodeUsage } from './usage.js';

const messageBody = z.looseObject({
  id: z.string(),
  model: z.string(),
  content,
  stop_reason: z.string().nullish(),
  stop_sequence: z.string().nullish(),
});

const READ_FIELDS = ['type', 'role', 'usage', ...Object.keys(messageBody.shape)];

/** @throws GatewayError `upstream_malformed` when the body is no message, or what it says when it is an error. */
export function decodeResponse(body: unknown): CanonicalResponse {
  if (isJsonObject(body) && body['type'] === 'error') throw thrownError(body);
  const parsed = messageBody.safeParse(body);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') || 'body';
    throw new GatewayError(
      'upstream_malformed',
      `the upstream's answer is no Anthropic message: ${where} does not fit`,
    );
  }
  const message = parsed.data;
  const { early, late } = splitLateFields(restOf(message, READ_FIELDS));
  const choice = compact<Choice>({
    content: decodeAnswerContent(message.content),
    finish: decodeFinish(message.stop_reason ?? undefined, message.stop_sequence ?? undefined),
    extensions: extensionsOf(ANTHROPIC, late),
  });
  return compact<CanonicalResponse>({
    id: message.id,
    model: message.model,
    choices: [choice],
    usage: decodeUsage(message['usage']),
    extensions: extensionsOf(ANTHROPIC, early),
  });
}

/** A block that does not fit is the client's fault in a request, but the upstream's in an answer. */
function decodeAnswerContent(value: z.infer<typeof content>): Choice['content'] {
  try {
    return decodeContent(value, 'content');
  } catch (cause) {
    const reason = cause instanceof GatewayError ? cause.message : 'content does not fit';
    throw new GatewayError('upstream_malformed', `the upstream's answer is no Anthropic message: ${reason}`, { cause });
  }
}

function thrownError(body: unknown): GatewayError {
  const { code, message, ...options } = classifyError({ body });
  return new GatewayError(code, message, options);
}
