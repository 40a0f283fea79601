process.stdout.write('picoclaw\n')
