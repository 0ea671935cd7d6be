/**
 * Stryker's runner, for Vitest 5: that matches names of tests joined by ` > `, and the runner joins
 * them by a space, so that no test would be run and every mutant survive (stryker-js#6210).
 *
 * JavaScript, since the types of Stryker do not pass our settings of TypeScript.
 *
 * @module
 */
import { strykerPlugins as original } from '@stryker-mutator/vitest-runner'

function createRunner(injector) {
  const runner = original[0].factory(injector)
  const init = runner.init.bind(runner)
  runner.init = async () => {
    await init()
    const { ctx } = runner
    const start = ctx.start.bind(ctx)
    ctx.start = (files) => {
      for (const { config } of ctx.projects) config.testNamePattern = joined(config.testNamePattern)
      return start(files)
    }
  }
  return runner
}
createRunner.inject = original[0].factory.inject

/** The pattern for names that are joined either way. */
function joined(pattern) {
  return pattern && new RegExp(pattern.source.replaceAll(' ', '(?: > | )'))
}

export const strykerPlugins = [{ ...original[0], name: 'vitest-5', factory: createRunner }]
