import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of the heap that stay after garbage collection. */
export function usedBytes(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
