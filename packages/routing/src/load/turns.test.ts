import { Turns } from './turns.js';

describe('Turns', () => {
  it('counts by name', () => {
    const turns = new Turns();
    expect([turns.next('a'), turns.next('a'), turns.next('b'), turns.next('a')]).toEqual([0, 1, 0, 2]);
  });

  it('forgets the name that was not used for longest when there are too many, and no other', () => {
    const turns = new Turns();
    turns.next('kept');
    for (let index = 0; index < 4_095; index += 1) turns.next(`name-${index}`);
    turns.next('kept');
    turns.next('one more');
    expect([turns.next('kept'), turns.next('name-1'), turns.next('name-0')]).toEqual([2, 1, 0]);
  });

  it('keeps what is owed to a candidate that is away for a while', () => {
    const turns = new Turns();
    const both = new Map([
      ['a', 1],
      ['b', 1],
    ]);
    expect([turns.nextByWeight('n', both).chosen, turns.nextByWeight('n', new Map([['a', 1]])).chosen]).toEqual([
      'a',
      'a',
    ]);
    expect([turns.nextByWeight('n', both).chosen, turns.nextByWeight('n', both).chosen]).toEqual(['b', 'a']);
  });

  it('does not remember candidates for ever', () => {
    const turns = new Turns();
    for (let index = 0; index < 1_000; index += 1) turns.nextByWeight('n', new Map([[`candidate-${index}`, 1]]));
    expect(turns.nextByWeight('n', new Map([['last', 1]])).owed.size).toBeLessThan(80);
  });

  it('may be looked ahead without being taken', () => {
    const turns = new Turns();
    const weights = new Map([
      ['a', 2],
      ['b', 1],
    ]);
    turns.next('n');
    turns.nextByWeight('w', weights);
    for (let time = 0; time < 3; time += 1) {
      const preview = turns.preview();
      expect([preview.next('n'), preview.next('n'), preview.nextByWeight('w', weights).chosen]).toEqual([1, 2, 'b']);
    }
    expect([turns.next('n'), turns.nextByWeight('w', weights).chosen]).toEqual([1, 'b']);
  });
});
