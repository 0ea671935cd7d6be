import { cpus } from 'node:os'

/** Where and when a run took place, in one sentence. */
export function describeMachine(): string {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, ${model}, ${processors.length} cores, ${process.platform}, Node.js ${process.version}`
}
