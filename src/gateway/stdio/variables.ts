const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

export function isVariableName(name: string): boolean {
  return NAME.test(name)
}

/** A text that can be handed to a program. */
export function isArgument(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

/** The name of a variable that no program can be given; its value must stand in no message. */
export function findUnfitVariable(
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  return Object.keys(variables).find(
    (name) => !isVariableName(name) || !isArgument(variables[name]),
  )
}
