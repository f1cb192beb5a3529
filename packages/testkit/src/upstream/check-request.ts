import type { IncomingHttpHeaders } from 'node:http';

import type { DialectId } from '@switchyard/canonical';

import { parseJson } from '../json-guards.js';
import { checkAnthropicRequest } from './check-anthropic-request.js';
import { checkOpenaiChatRequest } from './check-openai-chat-request.js';

export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The dialect that a path belongs to, whatever base path stands before it. */
export function dialectOfPath(path: string): DialectId | undefined {
  if (path.endsWith('/chat/completions')) return 'openai-chat';
  if (path.endsWith('/messages')) return 'anthropic-messages';
  return undefined;
}

/** The key that a call carries, from the header of its dialect. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' ? apiKey : headers.authorization?.replace(/^Bearer /, '');
}

/** What is wrong with a call as a whole: its headers and its body. */
export function checkCall(call: ReceivedCall): readonly string[] {
  const dialect = dialectOfPath(call.path);
  if (dialect === undefined) return [`path: ${call.method} ${call.path} does not exist`];
  const headers = checkHeaders(dialect, call.headers);
  const body = parseJson(call.body.toString('utf8'));
  if (body === undefined) return [...headers, 'body: is not JSON'];
  return [...headers, ...(dialect === 'openai-chat' ? checkOpenaiChatRequest(body) : checkAnthropicRequest(body))];
}

function checkHeaders(dialect: DialectId, headers: IncomingHttpHeaders): readonly string[] {
  const problems: string[] = [];
  if (!headers['content-type']?.startsWith('application/json')) problems.push('content-type: must be application/json');
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-switchyard-') || name.startsWith('x-forwarded-'))
      problems.push(`${name}: is nobody's business here`);
  }
  // One key in one place: a second one would be the client's, leaked.
  if (dialect === 'anthropic-messages') {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(String(headers['anthropic-version'])))
      problems.push('anthropic-version: must be a date');
    if (headers['x-api-key'] === undefined) problems.push('x-api-key: is required');
    if (headers.authorization !== undefined) problems.push('authorization: is not of this dialect');
  } else {
    if (!headers.authorization?.startsWith('Bearer ')) problems.push('authorization: must be a Bearer key');
    if (headers['x-api-key'] !== undefined) problems.push('x-api-key: is not of this dialect');
  }
  return problems;
}
