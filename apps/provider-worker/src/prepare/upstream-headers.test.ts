import { providerBySlug, type Provider } from '@switchyard/providers';
import type { AttemptOpen } from '@switchyard/wire';

import { UpstreamHeaders } from './upstream-headers.js';

const TRACE = { traceparent: '00-a-b-01', tracestate: undefined };

const OPEN: AttemptOpen = {
  requestId: 'r',
  ordinal: 1,
  dialect: 'anthropic-messages',
  operation: 'chat',
  stream: false,
  provider: 'claude',
  credentialId: 'c',
  model: 'm',
  requestedModel: 'm',
  strict: false,
  deadlines: { connectMs: 0, headersMs: 0, firstContentMs: 0, idleMs: 0, totalMs: 0 },
  headers: {},
};

function provider(slug: string): Provider {
  const found = providerBySlug(slug);
  if (found === undefined) throw new Error(`no provider ${slug}`);
  return found;
}

function headersOf(configured: Readonly<Record<string, string>> = {}): UpstreamHeaders {
  const credential = { id: 'c', provider: 'claude', baseUrl: 'https://x.test', headers: configured };
  return new UpstreamHeaders({ provider: provider('claude'), credential, secret: 'key' });
}

describe('the headers of a call', () => {
  it('say what is sent and wanted, who asks, and with which key', () => {
    expect(headersOf().of(OPEN, TRACE)).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'switchyard',
      'x-api-key': 'key',
      traceparent: '00-a-b-01',
      ...provider('claude').headers,
    });
  });

  it('want events for a stream, with and without headers of the client that are handed on', () => {
    const sent: readonly AttemptOpen['headers'][] = [{}, { 'anthropic-beta': 'x' }];
    for (const headers of sent) {
      expect(headersOf().of({ ...OPEN, stream: true, headers }, TRACE)['accept']).toBe('text/event-stream');
    }
  });

  it('hand on only those of the client that the provider understands', () => {
    const headers = {
      'anthropic-version': '2099-01-01',
      'anthropic-beta': 'new',
      'x-other': 'no',
      'x-api-key': 'theirs',
    };
    const sent = headersOf().of({ ...OPEN, headers }, TRACE);
    expect(sent).toMatchObject({ 'anthropic-version': '2099-01-01', 'anthropic-beta': 'new', 'x-api-key': 'key' });
    expect(sent).not.toHaveProperty('x-other');
  });

  it('are as the operator configured them, before all else but the connection', () => {
    const configured = {
      'Anthropic-Beta': 'ours',
      'X-Api-Key': 'configured',
      'X-Team': '$X-Client-Team',
      'X-Gone': '$x-absent',
      Connection: 'close',
    };
    const headers = { 'anthropic-beta': 'theirs', 'x-client-team': 'blue' };
    const sent = headersOf(configured).of({ ...OPEN, headers }, TRACE);
    expect(sent).toMatchObject({ 'anthropic-beta': 'ours', 'x-api-key': 'configured', 'x-team': 'blue' });
    expect(sent).not.toHaveProperty('x-gone');
    expect(sent).not.toHaveProperty('connection');
  });

  it('of one call do not show in those of the next', () => {
    const headers = headersOf({ 'x-team': '$x-client-team' });
    headers.of(
      { ...OPEN, headers: { 'x-client-team': 'blue', 'anthropic-beta': 'x' } },
      { ...TRACE, tracestate: 'a=1' },
    );
    const next = headers.of(OPEN, TRACE);
    for (const name of ['x-team', 'anthropic-beta', 'tracestate']) expect(next).not.toHaveProperty(name);
  });

  it('of what is relayed say what the client says', () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x', accept: 'audio/mpeg' };
    const sent = headersOf().of({ ...OPEN, operation: 'audio-transcriptions', headers }, TRACE);
    expect(sent).toMatchObject(headers);
    const plain = headersOf().of({ ...OPEN, operation: 'images-generations', headers: {} }, TRACE);
    expect(plain).toMatchObject({ 'content-type': 'application/json', accept: '*/*' });
  });

  it('have no key for a keyless credential', () => {
    const credential = { id: 'c', provider: 'claude', baseUrl: 'https://x.test', headers: {} };
    const headers = new UpstreamHeaders({ provider: provider('claude'), credential, secret: undefined });
    expect(headers.of(OPEN, TRACE)).not.toHaveProperty('x-api-key');
  });
});
