export { createPages } from './create-pages.ts'
export type { Brand, PagesOptions } from './options.ts'
export type { ErrorTexts, PageTexts } from './texts.ts'
export type { ConsentView, ErrorView, Page, Pages, SignInView } from './views.ts'
