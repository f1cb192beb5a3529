import type { ReplayDialect } from './answer.js';
import type { IncomingHttpHeaders } from 'node:http';

import { parseJson } from '../json-guards.js';
import { checkAnthropicRequest } from './check-anthropic-request.js';
import { checkGeminiRequest } from './check-gemini-request.js';
import { checkOpenaiChatRequest } from './check-openai-chat-request.js';
import { checkResponsesRequest } from './check-responses-request.js';
import { checkSurfaceRequest } from './check-surface-request.js';
import { checkGeminiSurface } from './gemini-surface.js';
import { surfaceOfPath } from './surface.js';

export interface ReceivedCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The dialect that a path belongs to, whatever base path stands before it. */
export function dialectOfPath(path: string): ReplayDialect | undefined {
  if (path.endsWith('/chat/completions')) return 'openai-chat';
  if (path.endsWith('/responses')) return 'openai-responses';
  if (path.endsWith('/messages')) return 'anthropic-messages';
  if (/\/v1beta\/models\/[^/]+:(generateContent|streamGenerateContent)$/.test(path)) return 'gemini';
  return surfaceOfPath(path)?.dialect;
}

/** Whether a gemini call asks for a stream, which its path says. */
export function asksForGeminiStream(path: string): boolean {
  return path.endsWith(':streamGenerateContent');
}

/** The key that a call carries, from the header of its dialect. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers['x-api-key'] ?? headers['x-goog-api-key'];
  return typeof apiKey === 'string' ? apiKey : headers.authorization?.replace(/^Bearer /, '');
}

/** What is wrong with a call as a whole: its headers and its body. */
export async function checkCall(call: ReceivedCall): Promise<readonly string[]> {
  const dialect = dialectOfPath(call.path);
  if (dialect === undefined) return [`path: ${call.method} ${call.path} does not exist`];
  const contentType = call.headers['content-type'] ?? '';
  const surface = surfaceOfPath(call.path);
  if (surface !== undefined) {
    const body =
      surface.dialect === 'gemini'
        ? checkGeminiSurface(call.path, parseJson(call.body.toString('utf8')))
        : await checkSurfaceRequest(surface.operation, { contentType, body: call.body });
    return [...checkHeaders(dialect, call.headers), ...body];
  }
  const type = contentType.startsWith('application/json') ? [] : ['content-type: must be application/json'];
  const headers = [...type, ...checkHeaders(dialect, call.headers)];
  const body = parseJson(call.body.toString('utf8'));
  if (body === undefined) return [...headers, 'body: is not JSON'];
  return [...headers, ...checkQuery(call), ...CHECKS[dialect](body)];
}

const CHECKS: Readonly<Record<ReplayDialect, (body: unknown) => readonly string[]>> = {
  'openai-chat': checkOpenaiChatRequest,
  'openai-responses': checkResponsesRequest,
  'anthropic-messages': checkAnthropicRequest,
  gemini: checkGeminiRequest,
};

/** Without `alt=sse` a Gemini stream is one JSON array, which this upstream does not speak. */
function checkQuery({ path, query }: ReceivedCall): readonly string[] {
  return asksForGeminiStream(path) && query.get('alt') !== 'sse' ? ['alt: must be sse'] : [];
}

const KEY_HEADERS: Readonly<Record<ReplayDialect, string>> = {
  'openai-chat': 'authorization',
  'openai-responses': 'authorization',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
};

function checkHeaders(dialect: ReplayDialect, headers: IncomingHttpHeaders): readonly string[] {
  const problems: string[] = [];
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-switchyard-') || name.startsWith('x-forwarded-'))
      problems.push(`${name}: is nobody's business here`);
  }
  // One key in one place: a second one would be the client's, leaked.
  const keyHeader = KEY_HEADERS[dialect];
  for (const name of ['authorization', 'x-api-key', 'x-goog-api-key']) {
    if (name !== keyHeader && headers[name] !== undefined) problems.push(`${name}: is not of this dialect`);
  }
  if (keyHeader === 'authorization') {
    if (!headers.authorization?.startsWith('Bearer ')) problems.push('authorization: must be a Bearer key');
  } else if (headers[keyHeader] === undefined) {
    problems.push(`${keyHeader}: is required`);
  }
  if (dialect === 'anthropic-messages' && !/^\d{4}-\d{2}-\d{2}$/.test(String(headers['anthropic-version'])))
    problems.push('anthropic-version: must be a date');
  return problems;
}
