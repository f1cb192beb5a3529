/** Recorded cases that end differently here, and why that is right. */
export interface Difference {
  readonly reason: string;
  readonly cases: readonly string[];
}

export const DIFFERENCES: readonly Difference[] = [
  {
    reason: 'nobody asked for thinking, so the upstream decides by its own default; no effort is put in',
    cases: ['suffix 1', 'suffix 6', 'suffix 71', 'body 1', 'body 6', 'body 71'],
  },
  {
    reason:
      'a suffix is for any model behind the name, so an effort that one of them lacks becomes its nearest, with a warning',
    cases: ['suffix 3', 'suffix 81', 'suffix 83'],
  },
  {
    reason: 'between two dialects an effort that the model lacks becomes its nearest, with a warning',
    cases: ['body 3'],
  },
  {
    reason:
      'a request in the dialect of its upstream goes there as it is, and what the model lacks the upstream itself refuses',
    cases: ['body 81', 'body 83', 'body 85', 'body 87', 'adaptive C22', 'adaptive C24', 'adaptive C25'],
  },
  {
    reason: "OpenAI has no effort 'auto'; leaving it out leaves it to the model",
    cases: ['suffix 70', 'suffix 75', 'body 70', 'body 75'],
  },
  {
    reason:
      'a model that can stop thinking is told to; without any thinkingConfig it would think as it does by default',
    cases: ['body 31A', 'body 31C'],
  },
  {
    reason: 'Claude 4.6 still takes budgets beside efforts, so the budget that was asked for stays exact',
    cases: ['adaptive B7', 'adaptive B8', 'adaptive B9', 'adaptive B10', 'adaptive B11', 'adaptive B12'],
  },
  {
    reason: 'a model that can decide itself is left to do so: by no effort in Claude, by a budget of -1 in Gemini',
    cases: ['adaptive B14', 'adaptive C12'],
  },
  {
    reason:
      'high and max are equally near to xhigh, and the lesser is taken, so that nobody pays for more than was asked',
    cases: ['adaptive A5', 'adaptive B5'],
  },
];
