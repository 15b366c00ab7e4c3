import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'

const shells = ['bash', 'zsh', 'fish'] as const

/** Each asks the program itself what may follow, so that it never knows less than the program. */
const scripts: Record<(typeof shells)[number], string> = {
  bash: `_hemline() {
  COMPREPLY=($(compgen -W "$(hemline --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _hemline hemline`,
  zsh: `#compdef hemline
_hemline() {
  local -a found
  found=("\${(@f)$(SHELL=zsh hemline --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  _describe hemline found || _files
}
compdef _hemline hemline`,
  fish: `complete -c hemline -a '(SHELL=fish hemline --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null)'`,
}

export const completion = defineCommand({
  command: 'completion <shell>',
  describe: 'Print the lines that let a shell complete commands and options',
  builder: (yargs) =>
    yargs
      .positional('shell', { choices: shells, demandOption: true, describe: 'The shell that you use' })
      .example('$0 completion bash >> ~/.bashrc', 'In every new shell')
      .example('source <($0 completion zsh)', 'In this one'),
  async handler(args) {
    const { print } = await import('../print.js')
    await print(scripts[args.shell])
    return exitCodes.done
  },
})
