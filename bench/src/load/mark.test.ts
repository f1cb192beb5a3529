import { formatMark, MarkReader } from './mark.js';

const stream = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `data: {"content":" word ${formatMark(index)}"}\n\n`);

describe('marks in a stream', () => {
  it('tell the delay of every chunk', () => {
    const reader = new MarkReader();
    for (const event of stream(3)) expect(reader.read(Buffer.from(event))).toBe(true);
    expect(reader.read(Buffer.from('data: [DONE]\n\n'))).toBe(false);
    const { delaysMs, lost, merged } = reader.end(3);
    expect({ lost, merged }).toEqual({ lost: 0, merged: 0 });
    expect(delaysMs).toHaveLength(3);
    for (const delayMs of delaysMs) expect(delayMs).toBeGreaterThanOrEqual(0);
    for (const delayMs of delaysMs) expect(delayMs).toBeLessThan(5_000);
  });

  it('are found wherever reads are cut', () => {
    const [event = '', next = ''] = stream(2);
    for (let cut = 0; cut <= event.length; cut += 1) {
      const reader = new MarkReader();
      reader.read(Buffer.from(event.slice(0, cut)));
      reader.read(Buffer.from(event.slice(cut)));
      reader.read(Buffer.from(next));
      expect(reader.end(2)).toMatchObject({ delaysMs: [expect.any(Number), expect.any(Number)], lost: 0, merged: 0 });
    }
  });

  it('tell chunks that came together, and those that are missing', () => {
    const [first = '', second = '', , fourth = ''] = stream(4);
    const reader = new MarkReader();
    reader.read(Buffer.from(first + second));
    reader.read(Buffer.from(fourth));
    expect(reader.end(4)).toMatchObject({ merged: 1, lost: 1 });
    expect(new MarkReader().end(4)).toEqual({ delaysMs: [], merged: 0, lost: 4 });
  });
});
