import type { ExplainedCredential, Explanation } from './explain.js';

const HEADING = ['#', 'credential', 'provider', 'prefix', 'priority', 'upstream model', 'reason', ''];

/** An explanation for people: lines of text, ending with one. */
export function formatExplanation(explanation: Explanation): string {
  const { model, operation, tenant, key, snapshot, outcome, strategy, limits, retryAfterMs } = explanation;
  const whose = key === undefined ? `tenant ${tenant}` : `key ${key} of tenant ${tenant}`;
  const lines = [
    `${model} (${operation}) for ${whose}, configuration ${snapshot}: ${outcome}`,
    ...explanation.steps.map((step) => `  ${step}`),
    ...(strategy === undefined ? [] : [`  strategy: ${strategy}`]),
    ...(retryAfterMs === undefined ? [] : [`  the first recovers in ${Math.ceil(retryAfterMs / 1_000)} s`]),
    '',
    ...columns([HEADING, ...explanation.credentials.map(cells)]),
    '',
    limits.length === 0 ? 'limits: none' : `limits: ${limits.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

function cells(row: ExplainedCredential): readonly string[] {
  const { order, credential, provider, prefix, priority, model, reason, words } = row;
  return [
    order === undefined ? '-' : String(order),
    credential,
    provider,
    prefix ?? '',
    String(priority),
    model ?? '',
    reason,
    words,
  ];
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEADING.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
