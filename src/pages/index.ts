export type {
  AccountChoiceView,
  AccountView,
  ClientView,
  ConnectionView,
  ConnectView,
  FieldFailure,
  FieldView,
  RemovalView,
  SecretFormView,
  WrongUserView,
} from './connection-views.ts'
export { createPages } from './create-pages.ts'
export { renderGuide } from './guide.ts'
export type { Html } from './html.ts'
export type { Brand, PagesOptions } from './options.ts'
export { plainText } from './plain-text.ts'
export type { ErrorTexts, PageTexts } from './texts.ts'
export type {
  ChoiceView,
  ConsentView,
  ErrorView,
  Page,
  Pages,
  ScopeView,
  SignInView,
} from './views.ts'
