/** Where `hemline demo` keeps its records, apart from those of a person's own pictures. */
export const DEMO_HOME = '.hemline-demo'
