/* The language by path and by "#!" line. */
#include "filter/code/language.h"
#include "tests/unit/test.h"

static const char *by(const char *path, const char *text)
{
    enum language_method how;
    const struct language *l = language_of(slice_str(path), slice_str(text), &how);
    CHECK((l != NULL) == (how != BY_NOTHING) || how == BY_EXTENSION);
    return l ? l->name : "none";
}

static const char *by_n(const char *path, const char *text, size_t n)
{
    enum language_method how;
    const struct language *l = language_of(slice_str(path), slice_of(text, n), &how);
    return l ? l->name : "none";
}

TEST(by_extension)
{
    static const char *const known[][2] = {{"a.c", "c"},
                                           {"a.h", "c"},
                                           {"src/x/main.go", "go"},
                                           {"A.java", "java"},
                                           {"a.js", "javascript"},
                                           {"a.mjs", "javascript"},
                                           {"a.cjs", "javascript"},
                                           {"a.jsx", "javascript"},
                                           {"a.py", "python"},
                                           {"a.pyi", "python"},
                                           {"a.rs", "rust"},
                                           {"B.PY", "python"},
                                           {"MAIN.C", "c"},
                                           {"dir.py/x.c", "c"},
                                           {"x.min.js", "javascript"},
                                           {"é.rs", "rust"},
                                           {"a.cc", "cpp"},
                                           {"a.hpp", "cpp"},
                                           {"a.cs", "c_sharp"},
                                           {"a.kt", "kotlin"},
                                           {"a.tsx", "tsx"},
                                           {"a.ts", "typescript"},
                                           {"x.d.ts", "typescript"},
                                           {"a.rs.in", "rust"},
                                           {"Makefile", "make"},
                                           {"sub/GNUmakefile", "make"},
                                           {"Rakefile", "ruby"},
                                           {"Cargo.lock", "toml"},
                                           {"CMakeLists.txt", "cmake"},
                                           {"Dockerfile", "dockerfile"},
                                           {".bashrc", "bash"},
                                           {"a.zig.zon", "zig"}};
    static const char *const unknown[] = {
        "",     "a",    ".c",   "a.c.txt", "a.ccx",         "c",   "a.pyc", "a.jso",
        "a.c ", "a.C9", "a.c/", "py",      "dir.py/README", ".py", "a.go.", "a.\xff"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) CHECK_STR(by(known[i][0], ""), known[i][1]);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) CHECK_STR(by(unknown[i], ""), "none");
}

TEST(by_interpreter)
{
    static const char *const known[][2] = {{"#!/usr/bin/python", "python"},
                                           {"#!/usr/bin/python3.11 -u\nx", "python"},
                                           {"#! /usr/bin/env python3\r\nx", "python"},
                                           {"#!/usr/bin/env -S python3 -u", "python"},
                                           {"#!\t/usr/bin/env\tnode", "javascript"},
                                           {"#!python", "python"},
                                           {"#!/opt/my env/node", "none"},
                                           {"#!/usr/bin/perl\nimport python", "perl"},
                                           {"#!/bin/sh", "bash"},
                                           {"#!/usr/bin/env -S VAR=1 ruby -w", "ruby"},
                                           {"#!/usr/bin/luajit2.1", "lua"},
                                           {"#!", "none"},
                                           {"#!\npython", "none"},
                                           {"#!   ", "none"},
                                           {"#!/", "none"},
                                           {"#!/usr/bin/env", "none"},
                                           {"#!/usr/bin/env -", "none"},
                                           {" #!/usr/bin/python", "none"},
                                           {"# /usr/bin/python", "none"},
                                           {"", "none"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) CHECK_STR(by("tool", known[i][0]), known[i][1]);
    CHECK_STR(by("a.c", "#!/usr/bin/python"), "c"); /* the extension counts first */
}

TEST(known_names)
{
    for (const struct language *l = languages; l->name; l++) CHECK(language_named(slice_str(l->name)) == l);
    static const char *const names[][2] = {
        {"Python", "python"},          {"C++", "cpp"},        {"C#", "c_sharp"},    {"Objective-C", "objc"},
        {"Emacs Lisp", "elisp"},       {"Shell", "bash"},     {"js", "javascript"}, {"golang", "go"},
        {"Common Lisp", "commonlisp"}, {"c-sharp", "c_sharp"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct language *l = language_named(slice_str(names[i][0]));
        CHECK_STR(l ? l->name : "none", names[i][1]);
    }
    static const char *const unknown[] = {"",   "pytho", "python4",  "cobol",
                                          "c ", " c",    "shell sh", "node jsx"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        CHECK(!language_named(slice_str(unknown[i])));
    CHECK(!language_named(slice_of("c\0", 2)));
}

/* No extension, file name or alias stands for two languages. */
TEST(no_name_twice)
{
    for (const struct language *a = languages; a->name; a++)
        for (const char *p = a->extensions; p && *p; p += *p == ' ') {
            size_t n = strcspn(p, " "), times = 0;
            for (const struct language *b = languages; b->name; b++)
                times += language_lists(b->extensions, slice_of(p, n));
            if (times != 1) printf("# %.*s\n", (int)n, p);
            CHECK_INT(times, 1);
            p += n;
        }
}

/* Shared extensions, told apart by what the languages look like. */
TEST(shared_extensions)
{
    static const char *const cases[][3] = {
        {"a.h",
         "#ifndef A_H\n#define A_H\nstruct a { int b; };\n#ifdef __cplusplus\nextern \"C\" {\n#endif\nint "
         "f(void);\n",
         "c"},
        {"a.h", "#pragma once\nnamespace a {\nint f();\n}\n", "cpp"},
        {"a.h", "template <typename T>\nT max(T a, T b);\n", "cpp"},
        {"a.h", "#include <stddef.h>\nstruct s {\n    std::string x;\n};\n", "cpp"},
        {"a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n", "objc"},
        {"a.m", "#import \"A.h\"\n@implementation A\n@end\n", "objc"},
        {"a.m", "% a filter\nfunction y = f(x)\n  y = x;\nend\n", "matlab"},
        {"a.m", ":- module hello.\n:- interface.\n", "none"},
        {"a.pl", "use strict;\nmy $x = 1;\n", "perl"},
        {"a.pl", "parent(a, b).\nancestor(X, Y) :- parent(X, Y).\n", "prolog"},
        {"a.pl", "use v6;\nsay 'x';\n", "raku"},
        {"a.pm", "package A;\n1;\n", "perl"},
        {"a.v", "module adder(input a, output b);\nendmodule\n", "verilog"},
        {"a.v", "Require Import Arith.\nTheorem x : True.\nProof.\nQed.\n", "coq"},
        {"a.v", "fn main() {\n\tprintln('x')\n}\n", "v"},
        {"a.ts", "export interface A { b: string }\n", "typescript"},
        {"a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n<TS version=\"2.1\">\n", "xml"},
        {"a.rs", "fn main() {}\n", "rust"},
        {"a.rs", "#pragma version(1)\n#pragma rs java_package_name(x)\n", "none"},
        {"a.php", "<?hh\nfunction f(): void {}\n", "none"},
        {"a.inc", "<?php\n$x = 1;\n", "php"},
        {"a.inc", "%define X 1\n", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(by(cases[i][0], cases[i][1]), cases[i][2]);
}

TEST(by_content)
{
    static const char *const cases[][2] = {
        {"import os\n\nclass A:\n    def f(self):\n        if self.x:\n            return 1\n", "python"},
        {"#include <stdio.h>\n#include <stdlib.h>\n\nint main(void)\n{\n    printf(\"x\");\n    return "
         "0;\n}\n",
         "c"},
        {"#include <iostream>\nusing namespace std;\nint main() { cout << 1; }\n", "cpp"},
        {"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(1)\n}\n", "go"},
        {"use std::io;\n\nfn main() {\n    let mut x = 1;\n    println!(\"{}\", x);\n}\n", "rust"},
        {"package a;\n\nimport java.util.List;\n\npublic class A {\n    private int x;\n}\n", "java"},
        {"'use strict';\nconst a = require('a');\nmodule.exports = function () {\n};\n", "javascript"},
        {"{\"a\": [1, 2, 3]}\n", "json"},
        {"<?php\n$x = 1;\necho $x;\n", "php"},
        {"if [ -n \"$x\" ]; then\n    echo yes\nfi\nfor i in a b; do\n    echo $i\ndone\n", "bash"},
        {"defmodule A do\n  def f(x) do\n    x |> g\n  end\nend\n", "elixir"},
        {"CREATE TABLE a (\n  id INT,\n  PRIMARY KEY (id)\n);\nINSERT INTO a VALUES (1);\n", "sql"},
        {"The quick brown fox jumps over the lazy dog. It is late.\nFrom here on, import and export are "
         "taxed.\n",
         "none"},
        {"for a while he stood there:\nthen he left.\n", "none"},
        {"", "none"},
        {"{", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHECK_STR(by("", cases[i][0]), cases[i][1]);
    CHECK_STR(by("notes.txt", cases[0][0]), "none"); /* its name says that it is no program */
}

/* An interpreter line that never ends is looked at once. */
TEST(long_lines)
{
    size_t n = 1 << 20;
    char *text = malloc(n);
    memset(text, ' ', n);
    text[0] = '#';
    text[1] = '!';
    CHECK_STR(by_n("tool", text, n), "none");
    memset(text + 2, '-', n - 2);
    CHECK_STR(by_n("tool", text, n), "none");
    for (size_t i = 2; i < n; i++) text[i] = "env "[i % 4];
    CHECK_STR(by_n("tool", text, n), "none");
    free(text);
}

TEST(a_name_with_zeros_is_none)
{
    CHECK(!language_lists("python py", slice_of("py\0\0\0", 5)));
    CHECK(language_lists("python py", slice_of("py", 2)));
}

int main(void)
{
    RUN(by_extension);
    RUN(by_interpreter);
    RUN(known_names);
    RUN(no_name_twice);
    RUN(shared_extensions);
    RUN(by_content);
    RUN(long_lines);
    RUN(a_name_with_zeros_is_none);
    return TEST_END();
}
