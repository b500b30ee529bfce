/* language.c: the table of languages, and the look-up by name, path and "#!" line. */
#include "filter/code/language.h"
#include "common/opts.h"
#include "common/text.h"
#include "filter/code/content.h"
#include <stdio.h>

const char *const language_methods[] = {"nothing", "name", "filename", "extension", "shebang", "content"};

const struct language languages[] = {
    {"bash", "shell sh shell_script zsh ksh", ".sh .bash .bats .command .ksh .zsh .sbatch .slurm",
     ".bash_aliases .bash_functions .bash_logout .bash_profile .bashrc .envrc .kshrc .profile .xinitrc "
     ".xsession "
     ".zlogin .zlogout .zprofile .zshenv .zshrc PKGBUILD bashrc gradlew mvnw profile zshrc",
     "ash bash dash ksh mksh pdksh sh zsh"},
    {"c", NULL, ".c .cats .h .h.in .idc", NULL, "tcc"},
    {"c_sharp", "c# csharp", ".cs .csx .cake", NULL, NULL},
    {"cpp", "c++", ".cpp .c++ .cc .cp .cppm .cxx .hh .hpp .h++ .hxx .inl .ino .ipp .ixx .tcc .tpp .txx", NULL,
     NULL},
    {"css", NULL, ".css", NULL, NULL},
    {"elixir", NULL, ".ex .exs", "mix.lock", "elixir"},
    {"go", "golang", ".go", NULL, NULL},
    {"haskell", NULL, ".hs .hs-boot", NULL, "runghc runhaskell runhugs"},
    {"hcl", "terraform opentofu", ".hcl .nomad .tf .tfvars .tofu", NULL, NULL},
    {"java", NULL, ".java .jav .jsh", NULL, NULL},
    {"javascript", "js node jsx", ".js .mjs .cjs .jsx .es .es6 .jsm .ssjs", "Jakefile",
     "bun chakra d8 gjs js node nodejs qjs rhino v8 v8-shell"},
    {"json", NULL, ".json .geojson .webmanifest .gltf .har .avsc .topojson .tfstate .sarif",
     ".all-contributorsrc .arcconfig .c8rc .htmlhintrc .nycrc .tern-project .watchmanconfig composer.lock "
     "deno.lock "
     "flake.lock Pipfile.lock Package.resolved MODULE.bazel.lock bun.lock .secrets.baseline",
     NULL},
    {"kotlin", NULL, ".kt .ktm .kts", NULL, NULL},
    {"lua", NULL, ".lua .nse .rockspec .wlua .pd_lua", ".luacheckrc", "lua luajit"},
    {"make", "makefile mf bsdmake", ".mk .mak .make .makefile .mkfile",
     "BSDmakefile GNUmakefile Kbuild Makefile Makefile.am Makefile.in Makefile.inc makefile mkfile", "make"},
    {"objc", "objective_c obj_c objectivec", ".m", NULL, NULL},
    {"php", NULL, ".php .inc .php3 .php4 .php5 .phps .phpt .ctp", ".php .php_cs .php_cs.dist Phakefile",
     "php"},
    {"python", "py py3 python3", ".py .pyi .pyw .py3 .pyp .pyt .gyp .gypi .wsgi .xpy .lmi",
     "SConscript SConstruct wscript DEPS .gclient", "python pypy py"},
    {"ruby", "rb jruby rake",
     ".rb .builder .gemspec .jbuilder .podspec .rabl .rake .rbi .rbw .ru .thor .watchr",
     ".irbrc .pryrc .simplecov Appraisals Berksfile Brewfile Buildfile Capfile Dangerfile Deliverfile "
     "Fastfile Gemfile "
     "Guardfile Jarfile Podfile Puppetfile Rakefile Snapfile Thorfile Vagrantfile",
     "ruby macruby rake jruby rbx"},
    {"rust", "rs", ".rs .rs.in", NULL, "rust-script"},
    {"scala", NULL, ".scala .sbt .sc .kojo", NULL, "scala"},
    {"solidity", NULL, ".sol", NULL, NULL},
    {"sql", NULL, ".sql .ddl .mysql .udf .viw", NULL, NULL},
    {"swift", NULL, ".swift", NULL, NULL},
    {"toml", NULL, ".toml",
     "Cargo.lock Cargo.toml.orig Gopkg.lock Pipfile mise.lock pdm.lock poetry.lock uv.lock", NULL},
    {"tsx", "typescriptreact", ".tsx", NULL, NULL},
    {"typescript", "ts", ".ts .cts .mts", NULL, "deno ts-node tsx"},
    {"zig", NULL, ".zig .zig.zon", NULL, NULL},
    /* without a grammar among those that are pinned */
    {"ada", NULL, ".ada .adb .ads", NULL, NULL},
    {"asm", "assembly", ".asm .nasm .s", NULL, NULL},
    {"clojure", NULL, ".clj .cljc .cljs .boot", NULL, "bb"},
    {"cmake", NULL, ".cmake .cmake.in", "CMakeLists.txt", NULL},
    {"commonlisp", "common_lisp lisp", ".lisp .lsp .cl .asd", NULL, "sbcl clisp ecl"},
    {"coq", "rocq_prover rocq", NULL, NULL, NULL},
    {"cuda", NULL, ".cu .cuh", NULL, NULL},
    {"d", NULL, ".d .di", NULL, "rdmd"},
    {"dart", NULL, ".dart", NULL, "dart"},
    {"dockerfile", "docker", ".dockerfile .containerfile", "Dockerfile Containerfile", NULL},
    {"elisp", "emacs_lisp", ".el", ".emacs", NULL},
    {"erlang", NULL, ".erl .hrl .escript", "rebar.config rebar.lock", "escript"},
    {"fortran", NULL, ".f90 .f95 .f03 .f08 .f .f77 .for", NULL, NULL},
    {"fsharp", "f#", ".fs .fsi .fsx", NULL, NULL},
    {"glsl", NULL, ".glsl .vert .frag .comp .geom .tesc .tese", NULL, NULL},
    {"groovy", NULL, ".groovy .gradle .gvy .gy", "Jenkinsfile", "groovy"},
    {"html", "xhtml", ".html .htm .xhtml .xht .hta", NULL, NULL},
    {"julia", NULL, ".jl", NULL, "julia"},
    {"markdown", "md", ".md .markdown .mdown .mkd", "README.md", NULL},
    {"matlab", "octave", NULL, NULL, NULL},
    {"nim", NULL, ".nim .nims .nimble", NULL, NULL},
    {"nix", NULL, ".nix", NULL, NULL},
    {"ocaml", NULL, ".ml .mli .mll .mly", NULL, "ocaml ocamlrun"},
    {"pascal", "delphi object_pascal", ".pas .dpr .lpr .pp", NULL, "instantfpc"},
    {"perl", NULL, ".pl .pm .t .plx .ph .psgi", "Makefile.PL cpanfile", "perl cperl"},
    {"powershell", "pwsh posh", ".ps1 .psd1 .psm1", NULL, "pwsh"},
    {"prolog", NULL, ".pro .prolog .yap", NULL, "swipl yap"},
    {"proto", "protocol_buffer protobuf", ".proto", NULL, NULL},
    {"r", NULL, ".r .rd .rsx", ".Rprofile", "Rscript"},
    {"raku", "perl6", ".raku .rakumod .p6 .pl6 .pm6", NULL, "raku perl6"},
    {"scheme", NULL, ".scm .ss .sld .sps", NULL, "guile scheme csi chicken"},
    {"scss", NULL, ".scss", NULL, NULL},
    {"svelte", NULL, ".svelte", NULL, NULL},
    {"tcl", NULL, ".tcl .tm", NULL, "tclsh wish"},
    {"v", "vlang", ".vv", NULL, NULL},
    {"verilog", "systemverilog", ".v .vh .sv .svh", NULL, NULL},
    {"vhdl", NULL, ".vhd .vhdl", NULL, NULL},
    {"vim", "viml vim_script", ".vim", ".vimrc vimrc", NULL},
    {"vue", NULL, ".vue", NULL, NULL},
    {"xml", NULL, ".xml .xsd .xsl .xslt .svg .plist .csproj .vcxproj .xaml", "pom.xml", NULL},
    {"yaml", "yml", ".yaml .yml", ".clang-format .clang-tidy CITATION.cff glide.lock pixi.lock yarn.lock",
     NULL},
    {0}};

bool language_lists(const char *list, struct slice word)
{
    for (const char *p = list; p && *p && word.n;) {
        size_t i = 0;
        while (i < word.n && p[i] && p[i] == word.p[i]) i++;
        if (i == word.n && (p[i] == ' ' || !p[i])) return true;
        for (p += i < word.n && !p[i] ? i : 0; *p && *p != ' ';) p++;
        p += *p == ' ';
    }
    return false;
}

/* "Objective-C" and "Emacs Lisp" to "objective_c" and "emacs_lisp". */
static struct slice plain_name(struct slice s, char *room, size_t size)
{
    if (s.n >= size) return slice_of("", 0);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        room[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == ' ' || c == '-' ? '_' : c;
    }
    return slice_of(room, s.n);
}

const struct language *language_named(struct slice s)
{
    char room[64];
    struct slice name = plain_name(s, room, sizeof room);
    if (!name.n || memchr(name.p, 0, name.n)) return NULL;
    for (const struct language *l = languages; l->name; l++)
        if (slice_is(name, l->name) || language_lists(l->aliases, name)) return l;
    return NULL;
}

const char *language_nearest(struct slice s)
{
    char word[64];
    const char *names[256];
    size_t n = 0;
    for (const struct language *l = languages; l->name && n < 256; l++) names[n++] = l->name;
    snprintf(word, sizeof word, "%.*s", (int)s.n, s.p);
    return opt_nearest(word, names, n);
}

static struct slice base_name(struct slice path)
{
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
    return slash ? slice_of(slash + 1, path.n - (size_t)(slash + 1 - path.p)) : path;
}

static const struct language *by_filename(struct slice base)
{
    for (const struct language *l = languages; l->name; l++)
        if (language_lists(l->filenames, base)) return l;
    return NULL;
}

/* "a.rs.in": first ".rs.in", then ".in". A name that begins with its only dot has no extension. */
static const struct language *by_extension(struct slice base, struct slice *extension)
{
    char room[32];
    for (size_t i = 1; i < base.n; i++) {
        if (base.p[i] != '.') continue;
        struct slice s = slice_of(base.p + i, base.n - i);
        if (s.n >= sizeof room || memchr(s.p, ' ', s.n) || memchr(s.p, 0, s.n)) continue;
        for (size_t k = 0; k < s.n; k++)
            room[k] = (char)(s.p[k] >= 'A' && s.p[k] <= 'Z' ? s.p[k] + 32 : s.p[k]);
        for (const struct language *l = languages; l->name; l++)
            if (language_lists(l->extensions, slice_of(room, s.n))) return *extension = s, l;
    }
    return NULL;
}

/* The program's name in "#!/usr/bin/env -S X=1 python3 -u" or "#!/usr/bin/python3". */
static struct slice interpreter(struct slice line)
{
    size_t at = 2;
    struct slice word = {0};
    while (at < line.n) {
        while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t')) at++;
        size_t start = at;
        while (at < line.n && line.p[at] != ' ' && line.p[at] != '\t' && line.p[at] != '\r') at++;
        word = base_name(slice_of(line.p + start, at - start));
        bool passed =
            slice_is(word, "env") || slice_has_prefix(word, "-") || (word.n && memchr(word.p, '=', word.n));
        if (!passed) return word;
        at += at == start;
    }
    return slice_of("", 0);
}

/* "python3.11" to "python". */
static struct slice without_version(struct slice s)
{
    while (s.n && ((s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9') || s.p[s.n - 1] == '.')) s.n--;
    return s;
}

static const struct language *by_shebang(struct slice text)
{
    struct slice line;
    size_t at = 0;
    if (!slice_has_prefix(text, "#!") || !line_next(text, &at, &line)) return NULL;
    struct slice program = interpreter(line);
    for (const struct language *l = languages; l->name; l++)
        if (language_lists(l->interpreters, program) ||
            language_lists(l->interpreters, without_version(program)))
            return l;
    return NULL;
}

const struct language *language_of(struct slice path, struct slice text, enum language_method *how)
{
    struct slice base = base_name(path), extension;
    const struct language *l;
    *how = BY_FILENAME;
    if ((l = by_filename(base))) return l;
    *how = BY_EXTENSION;
    if ((l = by_extension(base, &extension))) return content_settle(l, extension, text);
    *how = BY_SHEBANG;
    if ((l = by_shebang(text))) return l;
    *how = BY_CONTENT;
    /* A name with an extension that is nobody's (.txt, .dat) says that this is no program. */
    if (!base.n && (l = content_guess(text))) return l;
    *how = BY_NOTHING;
    return NULL;
}
