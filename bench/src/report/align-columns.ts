/** Lines of cells as columns. The first column and the last `trailing` are words, the others numbers. */
export function alignColumns(lines: readonly (readonly string[])[], trailing = 1): string {
  const count = Math.max(...lines.map((cells) => cells.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => {
          const isWord = column === 0 || column >= count - trailing;
          return isWord ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
