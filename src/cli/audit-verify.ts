import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type AuditVerdict, verifyAuditLog } from '../audit/index.ts'
import type { Command, CommandResult } from './command.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Check that nothing of an audit log was changed, moved or removed',
  argument: { name: 'file', help: 'The log; several, the oldest first, with commas between them' },
  options: [
    {
      name: 'key-file',
      value: '<file>',
      help: 'The key that the log was written with, and nothing else',
      isRequired: true,
    },
  ],
  details: [
    'The first fault is named by its line. Lines at the end are missed where the file <file>.head',
    'is beside the log; older files that are missing show in the number of the first line.',
  ],
  async run(options, io) {
    const files = options
      .required('file')
      .split(',')
      .map((file) => resolve(io.cwd, file))
    const key = await readFile(resolve(io.cwd, options.required('key-file')), 'utf8')
    return report(await verifyAuditLog(files, key.trim()))
  },
}

function report(verdict: AuditVerdict): CommandResult {
  if (!verdict.ok) {
    const { file, line, fault } = verdict
    return { json: verdict, lines: [`${file}:${line}: ${FAULTS[fault]}`], isRefusal: true }
  }
  const { first, last, isEndKnown } = verdict
  const lines = last === 0 ? 'No line.' : `Lines ${first} to ${last}: as they were written.`
  const notes = [
    ...(first > 1 ? [`The log begins with line ${first}: earlier files are not among these.`] : []),
    ...(isEndKnown ? [] : ['There is no .head file: missing lines at the end show nowhere.']),
  ]
  return { json: verdict, lines: [lines], notes }
}

const FAULTS = {
  head: 'the .head file beside this log was changed: lines may be missing here, at the end.',
  form: 'this is no line of an audit log. It was damaged, or another program wrote here.',
  mac: 'this line does not follow the one before. One of them was changed, moved or removed, or the key is another.',
  truncated: 'lines are missing here, at the end of the log.',
} as const satisfies Record<Exclude<AuditVerdict, { ok: true }>['fault'], string>
