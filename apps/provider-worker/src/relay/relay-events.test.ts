import type { StreamStep } from '@switchyard/dialects';

import { RelayEvents } from './relay-events.js';

/** What comes through of these bytes, and how they end. */
function relay(text: string, size = text.length) {
  const seen: unknown[] = [];
  const reader = new RelayEvents({
    observe: (value) => seen.push(value),
    decodeError: (status) => ({ code: 'upstream_server_error', message: 'told', status }),
  });
  let bytes = '';
  let step: StreamStep | undefined;
  const take = (next: StreamStep): boolean => {
    step = next;
    bytes += next.bytes.map((piece) => piece.toString()).join('');
    return next.ended || next.error !== undefined;
  };
  let isOver = false;
  for (let start = 0; start < text.length && !isOver; start += size) {
    isOver = take(reader.push(Buffer.from(text.slice(start, start + size))));
  }
  if (!isOver) take(reader.end());
  return { bytes, seen, ended: step?.ended, code: step?.error?.code, content: step?.content };
}

const DELTA = 'event: x\ndata: {"type":"transcript.text.delta","delta":"a"}\n\n';
const DONE = 'data: {"type":"transcript.text.done","text":"a"}\n\n';

describe('RelayEvents', () => {
  it.each([1, 7, 1_000])('hands on whole events of writes of %d bytes as they are', (size) => {
    const { bytes, ended, seen } = relay(DELTA + DONE, size);
    expect([bytes, ended, seen.length]).toEqual([DELTA + DONE, true, 2]);
  });

  it('hands on what follows a last event, since there may be several', () => {
    const image = 'data: {"type":"image_generation.completed"}\n\n';
    expect(relay(image + image).bytes).toBe(image + image);
  });

  it('ends at [DONE], which some vendors send', () => {
    expect(relay(`data: {"b64":"AA"}\n\ndata: [DONE]\n\n`)).toMatchObject({ ended: true, content: true });
  });

  it.each([
    ['before its last event', DELTA, 'upstream_truncated'],
    ['in the middle of an event', DELTA + DONE.slice(0, 20), 'upstream_truncated'],
    ['with nothing', '', 'upstream_truncated'],
    ['with an error', `${DELTA}data: {"type":"error","error":{"message":"x"}}\n\n`, 'upstream_server_error'],
    ['with a named error', 'event: error\ndata: oh\n\n', 'upstream_server_error'],
  ])('is a failure when a stream ends %s', (_name, text, code) => {
    expect(relay(text)).toMatchObject({ code, ended: false });
    expect(relay(text).bytes).not.toContain('error');
  });
});
