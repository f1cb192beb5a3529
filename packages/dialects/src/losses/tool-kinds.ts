import type { DialectId, ToolDefinition, Warning } from '@switchyard/canonical';

/** For dialects whose tools are all functions with a name and a schema. */
export function toolKindWarnings(dialect: DialectId, tool: ToolDefinition, path: string): Warning[] {
  const warnings: Warning[] = [];
  if (tool.freeform !== undefined) {
    const reason = `${dialect} has no tools that take free text; it becomes a function with one text argument`;
    warnings.push({ type: 'approximated', field: `${path}.freeform`, reason });
  }
  if (tool.namespaced !== undefined) {
    const reason = `${dialect} has no namespaces of tools; the name says it`;
    warnings.push({ type: 'approximated', field: `${path}.namespaced`, reason });
  }
  return warnings;
}
