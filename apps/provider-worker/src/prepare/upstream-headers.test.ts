import { providerBySlug, type Provider } from '@switchyard/providers';
import type { AttemptOpen } from '@switchyard/wire';

import { UpstreamHeaders, type TraceHeaders } from './upstream-headers.js';

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

/** All that is sent of a call. */
function sentBy(headers: UpstreamHeaders, open: AttemptOpen, trace: TraceHeaders = TRACE): Record<string, string> {
  const { shared, own } = headers.of(open, trace);
  expect(Object.keys(own).filter((name) => shared !== undefined && name in shared)).toEqual([]);
  return { ...shared, ...own };
}

describe('the headers of a call', () => {
  it('say what is sent and wanted, who asks, and with which key', () => {
    expect(sentBy(headersOf(), OPEN)).toEqual({
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
      expect(sentBy(headersOf(), { ...OPEN, stream: true, headers })['accept']).toBe('text/event-stream');
    }
  });

  it('hand on only those of the client that the provider understands', () => {
    const headers = {
      'anthropic-version': '2099-01-01',
      'anthropic-beta': 'new',
      'x-other': 'no',
      'x-api-key': 'theirs',
    };
    const sent = sentBy(headersOf(), { ...OPEN, headers });
    expect(sent).toMatchObject({ 'anthropic-version': '2099-01-01', 'anthropic-beta': 'new', 'x-api-key': 'key' });
    expect(sent).not.toHaveProperty('x-other');
  });

  it('are as the operator configured them, before all else but the connection', () => {
    const configured = {
      'Anthropic-Beta': 'ours',
      'X-Api-Key': 'configured',
      'X-Team': '$X-Client-Team',
      'X-Gone': '$x-absent',
      'X-No-Header': '$constructor',
      Connection: 'close',
    };
    const headers = { 'anthropic-beta': 'theirs', 'x-client-team': 'blue' };
    const sent = sentBy(headersOf(configured), { ...OPEN, headers });
    expect(sent).toMatchObject({ 'anthropic-beta': 'ours', 'x-api-key': 'configured', 'x-team': 'blue' });
    expect(sent).not.toHaveProperty('x-gone');
    expect(sent).not.toHaveProperty('x-no-header');
    expect(sent).not.toHaveProperty('connection');
  });

  it('of one call do not show in those of the next', () => {
    const headers = headersOf({ 'x-team': '$x-client-team' });
    const open = { ...OPEN, headers: { 'x-client-team': 'blue', 'anthropic-beta': 'x' } };
    sentBy(headers, open, { ...TRACE, tracestate: 'a=1' });
    const next = sentBy(headers, OPEN);
    for (const name of ['x-team', 'anthropic-beta', 'tracestate']) expect(next).not.toHaveProperty(name);
  });

  it.each([
    ['a copied one', { 'user-agent': '$x-agent' }, { 'user-agent': 'theirs' }],
    ['a trace', { traceparent: 'configured' }, { traceparent: '00-a-b-01' }],
    ['a state of the trace', { tracestate: 'configured' }, { tracestate: 'a=1' }],
  ])('hold %s in place of the one that all calls have', (_case, configured, expected) => {
    const open = { ...OPEN, headers: { 'x-agent': 'theirs' } };
    expect(sentBy(headersOf(configured), open, { ...TRACE, tracestate: 'a=1' })).toMatchObject(expected);
  });

  it('keep a configured state of the trace where the call has none', () => {
    expect(sentBy(headersOf({ tracestate: 'configured' }), OPEN)).toMatchObject({ tracestate: 'configured' });
  });

  it('of what is relayed say what the client says', () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x', accept: 'audio/mpeg' };
    const sent = sentBy(headersOf(), { ...OPEN, operation: 'audio-transcriptions', headers });
    expect(sent).toMatchObject(headers);
    const plain = sentBy(headersOf(), { ...OPEN, operation: 'images-generations', headers: {} });
    expect(plain).toMatchObject({ 'content-type': 'application/json', accept: '*/*' });
  });

  it('have no key for a keyless credential', () => {
    const credential = { id: 'c', provider: 'claude', baseUrl: 'https://x.test', headers: {} };
    const headers = new UpstreamHeaders({ provider: provider('claude'), credential, secret: undefined });
    expect(sentBy(headers, OPEN)).not.toHaveProperty('x-api-key');
  });
});
