import { readFile } from 'node:fs/promises';

import { parsePrometheusText, repositoryFile } from '@switchyard/testkit';

import { createMetrics } from './create-metrics.js';

/** A line of the page: `| \`name\` | type | \`label\`, \`label\` | ...`. */
const LINE = /^\| `(?<name>\w+)` \| (?<type>\w+) \| (?<labels>[^|]*) \| \S/gm;

describe('the metrics of Switchyard', () => {
  it('are those of docs/metrics.md, with the same types and labels', async () => {
    const page = await readFile(repositoryFile('docs/metrics.md'), 'utf8');
    const told = [...page.matchAll(LINE)].map(({ groups }) => ({
      name: groups?.['name'],
      type: groups?.['type'],
      labels: [...(groups?.['labels'] ?? '').matchAll(/`(\w+)`/g)].map(([, label]) => label),
    }));
    const made = createMetrics().families.map(({ name, type, labels }) => ({ name, type, labels: [...labels] }));
    expect(told).toEqual(made);
  });

  it('are all in a scrape before anything happened', () => {
    const metrics = createMetrics();
    const scrape = parsePrometheusText(metrics.text());
    expect([...scrape.families.keys()]).toEqual(metrics.families.map(({ name }) => name));
  });

  it('have no label for a key or a user', () => {
    const labels = new Set(createMetrics().families.flatMap((family) => family.labels));
    for (const label of labels) expect(label).not.toMatch(/key|user|request_id/);
  });
});
