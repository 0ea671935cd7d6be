import { requireNumber } from '../../options/index.ts'
import type { ResourceServerOptions } from './options.ts'
import type { Settings } from './settings.ts'

type BoundName = 'maxBodyBytes' | 'maxAnswerBytes' | 'maxCallSeconds' | 'maxStreamsPerPrincipal'

/** How much of anything there may be: bytes, seconds, streams. */
export function parseBounds(
  options: Pick<ResourceServerOptions<unknown>, BoundName>,
): Pick<Settings<unknown>, BoundName> {
  const { maxAnswerBytes, maxCallSeconds, maxStreamsPerPrincipal } = options
  const bodyRange = [1024, 67_108_864] as const
  const maxBodyBytes = requireNumber(options.maxBodyBytes, bodyRange, 'maxBodyBytes', 4_194_304)
  const answerRange = [1024, 268_435_456] as const
  return {
    maxBodyBytes,
    maxAnswerBytes: requireNumber(maxAnswerBytes, answerRange, 'maxAnswerBytes', maxBodyBytes),
    maxCallSeconds: requireNumber(maxCallSeconds, [0, 86_400], 'maxCallSeconds', 3600),
    maxStreamsPerPrincipal: requireNumber(
      maxStreamsPerPrincipal,
      [1, 10_000],
      'maxStreamsPerPrincipal',
      64,
    ),
  }
}
