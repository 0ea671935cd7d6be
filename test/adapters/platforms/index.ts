import type { Platform } from './app.ts'
import { express4Platform, express5Platform } from './express.ts'
import { fastifyPlatform } from './fastify.ts'
import { protectFetchPlatform, protectPlatform } from './fetch.ts'
import { honoPlatform } from './hono.ts'
import { nodePlatform } from './node.ts'

export {
  type App,
  type AppOptions,
  GUARDED_PATHS,
  type Handler,
  type HandlerAnswer,
  METHODS,
  NOT_FOUND,
  type Platform,
  PUBLIC_PATH,
  type Seen,
} from './app.ts'

/** Every way of using the package that has to behave the same. */
export const PLATFORMS: readonly Platform[] = [
  protectPlatform,
  protectFetchPlatform,
  nodePlatform,
  express5Platform,
  express4Platform,
  honoPlatform,
  fastifyPlatform,
]
