import type { FileCommand } from './gateway-file.ts'
import type { KeyPath } from './problem.ts'
import { type Risk, secretRisk } from './risk.ts'

const SECRET_NAME = /authorization|cookie|key|password|secret|token/i
/** A name with arguments after it; a path may have spaces. */
const COMMAND_LINE = /^[^/\\]+\s/

/** Whether a field or a variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** @param at The key of the upstream. */
export function commandRisks(
  { command, env = {} }: FileCommand,
  at: KeyPath,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  const secrets = Object.keys(env)
    .filter((name) => isSecretName(name) && !isReferenced([...at, 'env', name]))
    .map((name) => secretRisk([...at, 'env', name]))
  if (!COMMAND_LINE.test(command.trim())) return secrets
  const commandLine = {
    path: [...at, 'command'],
    rule: 'command-line',
    cause: 'This is a program with arguments, and no shell takes them apart.',
    remedy: 'Write the program alone, and its arguments in args, such as [-y, server-notes].',
  }
  return [commandLine, ...secrets]
}
