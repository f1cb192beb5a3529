import { allocatedBytes } from './allocated-bytes.js';

describe('allocatedBytes', () => {
  it('counts arrays on the heap and the memory of buffers', () => {
    const kept: unknown[] = [];
    const bytes = allocatedBytes(() =>
      kept.push(
        Array.from({ length: 10_000 }, () => 1.5),
        Buffer.alloc(50_000),
      ),
    );
    expect(bytes).toBeGreaterThan(10_000 * 8 + 50_000);
    expect(bytes).toBeLessThan(500_000);
  });
});
