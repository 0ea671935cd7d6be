import { atlassian } from './atlassian.ts'
import { generic } from './generic.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'
import { linear } from './linear.ts'
import { microsoftGraph } from './microsoft-graph.ts'
import { notion } from './notion.ts'
import type { ServiceProfile } from './service-profile.ts'
import { slack } from './slack.ts'

/** What `services` has a profile of. */
export type ServiceName =
  | 'github'
  | 'gitlab'
  | 'google'
  | 'microsoftGraph'
  | 'slack'
  | 'atlassian'
  | 'notion'
  | 'linear'
  | 'generic'

/**
 * Profiles of third-party services, in the order of the table of `docs/providers/`. They are data:
 * nothing here connects anybody.
 *
 * @see docs/providers/README.md
 */
export const services: Readonly<Record<ServiceName, ServiceProfile>> = {
  github,
  gitlab,
  google,
  microsoftGraph,
  slack,
  atlassian,
  notion,
  linear,
  generic,
}
