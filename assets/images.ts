import { defineSource } from './fashion-kit.js'

/** The pictures in the folder or manifest, each with its post; what cannot be used is kept with the reason. */
export const images = defineSource({
  key: 'images',
  describe: 'The pictures in the folder or manifest, grouped into posts.',
  async observe({ db, home, settings, clock, signal, notify }) {
    const [{ openSource }, { observeImages }] = await Promise.all([
      import('./intake/source.js'),
      import('./intake/observe-images.js'),
    ])
    const source = await openSource(settings.images)
    return observeImages(source, {
      db,
      fetchedFolder: home.fetched,
      clock,
      signal,
      progress: (done) => notify({ kind: 'images.read', done }),
    })
  },
})
