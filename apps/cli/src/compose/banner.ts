import type { Standalone } from './standalone.js';

/** What `switchyard start` prints when it is ready; its last line is a command that works at once. */
export function banner({ gatewayAddress, adminAddress, metricsAddress, demo }: Standalone): string {
  const lines = ['', '  Switchyard is ready.', '', `    gateway   ${gatewayAddress}`, `    console   ${adminAddress}`];
  if (metricsAddress !== undefined) lines.push(`    metrics   ${metricsAddress}`);
  if (demo?.newKey !== undefined) lines.push(`    key       ${demo.newKey}   (shown once; kept in ${demo.keyFile})`);
  lines.push('', '  Try it:', '', curlLine({ gatewayAddress, demo }));
  return lines.join('\n');
}

function curlLine({ gatewayAddress, demo }: Pick<Standalone, 'gatewayAddress' | 'demo'>): string {
  if (demo === undefined) return `curl -s ${gatewayAddress}/v1/models -H "Authorization: Bearer $YOUR_KEY"`;
  const body = {
    model: 'echo',
    stream: true,
    messages: [{ role: 'user', content: 'Hello from Switchyard, one word at a time.' }],
  };
  const key = demo.newKey ?? `$(cat '${demo.keyFile}')`;
  return `curl -N ${gatewayAddress}/v1/chat/completions -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
}
