import fc from 'fast-check';

import { WaitingLine, type Waiter } from './waiting-line.js';

interface Named extends Waiter {
  readonly name: string;
}

const NOBODY: ReadonlySet<string> = new Set();

function waiter(tenantId: string, name: string, more: Partial<Waiter> = {}): Named {
  return { tenantId, name, counts: ['a'], blockedBy: 'a', askAgainAtMs: 0, ...more };
}

function serveAll(line: WaitingLine<Named>): readonly string[] {
  const served: string[] = [];
  for (let next = line.next(0, NOBODY); next !== undefined; next = line.next(0, NOBODY)) {
    served.push(next.name);
    line.leave(next);
  }
  return served;
}

describe('a waiting line', () => {
  it('serves tenants in turns, and each tenant in the order in which its requests came', () => {
    const line = new WaitingLine<Named>(10);
    for (const name of ['x1', 'x2', 'x3', 'x4']) line.join(waiter('x', name));
    for (const name of ['y1', 'y2']) line.join(waiter('y', name));
    line.join(waiter('z', 'z1'));
    expect(serveAll(line)).toEqual(['x1', 'y1', 'z1', 'x2', 'y2', 'x3', 'x4']);
  });

  it('does not let a later one ask before one that needs the same, even where its time has come', () => {
    const line = new WaitingLine<Named>(10);
    const first = waiter('x', 'first', { askAgainAtMs: 100 });
    line.join(first);
    line.join(waiter('x', 'second'));
    expect(line.next(99, NOBODY)).toBeUndefined();
    expect(line.nextAtMs(NOBODY)).toBe(100);
    expect(line.next(100, NOBODY)).toBe(first);
  });

  it('does not hold up one that needs something else', () => {
    const line = new WaitingLine<Named>(10);
    line.join(waiter('x', 'of one key', { askAgainAtMs: 1000, counts: ['k1', 't'], blockedBy: 'k1' }));
    const other = waiter('x', 'of another key', { counts: ['k2', 't'], blockedBy: 'k2' });
    line.join(other);
    expect(line.next(0, NOBODY)).toBe(other);
    expect(line.lastAheadOf({ tenantId: 'x', counts: ['k3', 't'] })).toBeUndefined();
    expect(line.lastAheadOf({ tenantId: 'x', counts: ['k2', 't'] })).toBe(other);
    expect(line.lastAheadOf({ tenantId: 'y', counts: ['k2', 't'] })).toBeUndefined();
  });

  it('passes over a tenant that is asking', () => {
    const line = new WaitingLine<Named>(10);
    line.join(waiter('x', 'x1'));
    expect([line.next(0, new Set(['x'])), line.nextAtMs(new Set(['x']))]).toEqual([undefined, Infinity]);
  });

  it('sends away the last of the tenant with most waiting where there is no room', () => {
    const line = new WaitingLine<Named>(3);
    for (const name of ['x1', 'x2', 'x3']) line.join(waiter('x', name));
    expect(line.join(waiter('y', 'y1'))?.name).toBe('x3');
    expect(line.join(waiter('x', 'x4'))?.name).toBe('x4');
    expect(serveAll(line)).toEqual(['x1', 'y1', 'x2']);
  });

  it('lets the first of a tenant ask at once when something was given back', () => {
    const line = new WaitingLine<Named>(10);
    const first = waiter('x', 'first', { askAgainAtMs: 1000 });
    line.join(first);
    line.join(waiter('x', 'second', { askAgainAtMs: 1000 }));
    line.wake('x', 5);
    line.wake('y', 5);
    expect(line.next(5, NOBODY)).toBe(first);
    line.leave(first);
    expect(line.next(5, NOBODY)).toBeUndefined();
  });

  it('never serves a tenant twice while another waits that could be served, and forgets nobody', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('w', 'x', 'y', 'z'), { maxLength: 40 }), (tenants) => {
        const line = new WaitingLine<Named>(100);
        tenants.forEach((tenant, index) => line.join(waiter(tenant, `${tenant}${index}`)));
        const served = serveAll(line);
        expect(served.toSorted()).toEqual(tenants.map((tenant, index) => `${tenant}${index}`).toSorted());
        served.forEach((name, index) => {
          const tenant = name.charAt(0);
          const again = served.findIndex((later, at) => at > index && later.startsWith(tenant));
          if (again < 0) return;
          const between = new Set(served.slice(index + 1, again).map((later) => later.charAt(0)));
          const waitingAfter = new Set(served.slice(again).map((later) => later.charAt(0)));
          waitingAfter.delete(tenant);
          expect([...waitingAfter].every((other) => between.has(other))).toBe(true);
        });
        expect(line.size).toBe(0);
      }),
    );
  });
});
