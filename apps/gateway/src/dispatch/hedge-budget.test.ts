import { HedgeBudget } from './hedge-budget.js';

describe('HedgeBudget', () => {
  it('allows no more than its share of all calls', () => {
    const budget = new HedgeBudget();
    let extra = 0;
    for (let call = 1; call <= 10_000; call += 1) {
      budget.earn('a', 0.05);
      if (budget.spend('a')) extra += 1;
      expect(extra).toBeLessThanOrEqual(call * 0.05 + 1e-6);
    }
    expect(extra).toBeGreaterThan(490);
  });

  it('saves up a few calls only', () => {
    const budget = new HedgeBudget();
    for (let call = 0; call < 10_000; call += 1) budget.earn('a', 0.05);
    const spent = Array.from({ length: 100 }, () => budget.spend('a')).filter(Boolean);
    expect(spent).toHaveLength(5);
  });

  it('counts each alias by itself', () => {
    const budget = new HedgeBudget();
    budget.earn('a', 1);
    expect([budget.spend('b'), budget.spend('a'), budget.spend('a')]).toEqual([false, true, false]);
  });

  it('forgets the oldest of very many', () => {
    const budget = new HedgeBudget();
    budget.earn('first', 1);
    for (let name = 0; name < 1_024; name += 1) budget.earn(String(name), 1);
    expect([budget.spend('first'), budget.spend('1023')]).toEqual([false, true]);
  });
});
