import type { DialectId, ServerTool, Warning } from '@switchyard/canonical';

import { foreignFieldWarnings } from '../extensions/extensions.js';

const OPTIONS = ['maxUses', 'allowedDomains', 'blockedDomains', 'userLocation', 'searchContextSize', 'cache'] as const;
export type ServerToolOption = (typeof OPTIONS)[number];

export interface ServerToolTarget {
  readonly dialect: DialectId;
  /** The options that the dialect's own tool of this kind has. */
  readonly takes: readonly ServerToolOption[];
  /** Where the tool stood in the client's request. */
  readonly path: string;
}

/** What a server tool loses on its way into a dialect that has one of its kind. */
export function serverToolLosses(tool: ServerTool, { dialect, takes, path }: ServerToolTarget): Warning[] {
  const lost = OPTIONS.filter((option) => tool[option] !== undefined && !takes.includes(option));
  return [
    ...lost.map((option): Warning => {
      return { type: 'dropped', field: `${path}.${option}`, reason: `${dialect} has no such option of this tool` };
    }),
    ...foreignFieldWarnings(dialect, tool.extensions, path),
  ];
}
