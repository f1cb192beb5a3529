import { summariseLoad } from './summarise-load.js';

describe('what came of a load', () => {
  it('counts errors apart, and takes percentiles of the rest', () => {
    const whole = Array.from({ length: 99 }, (_, index) => ({ answerMs: index + 1 }));
    const sent = [...whole, { answerMs: 5_000, error: 'status 500' }];
    expect(summariseLoad(sent, { elapsedMs: 1_000, lateMs: 20 })).toMatchObject({
      requests: 99,
      errors: 1,
      firstError: 'status 500',
      answerMs: { p50: 50, p99: 99, max: 99 },
      firstTokenMs: {},
      chunks: 0,
    });
  });

  it('counts chunks that were late, merged or lost', () => {
    const sent = [
      { answerMs: 90, firstTokenMs: 3, chunks: { delaysMs: [1, 21, 2], merged: 1, lost: 0 } },
      { answerMs: 90, firstTokenMs: 5, chunks: { delaysMs: [20], merged: 0, lost: 2 } },
    ];
    expect(summariseLoad(sent, { elapsedMs: 1_000, lateMs: 20 })).toMatchObject({
      chunks: 4,
      late: 1,
      merged: 1,
      lost: 2,
      firstTokenMs: { p50: 5, max: 5 },
    });
  });
});
