/* Licences: headers as projects write them, and Debian's copies of the licences where they are installed. */
#include "common/stream.h"
#include "filter/code/license.h"
#include "filter/code/spdx.h"
#include "tests/unit/test.h"

static struct buf scratch, out;

static const char *find(struct slice text)
{
    CHECK_INT(license_find(text, &scratch, &out), 0);
    buf_terminate(&out);
    CHECK(!out.n || spdx_valid(buf_slice(&out)));
    return out.p;
}

TEST(tags)
{
    static const char *const cases[][2] = {
        {"// SPDX-License-Identifier: MIT\nint a;\n", "MIT"},
        {"/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */\n",
         "GPL-2.0-only WITH Linux-syscall-note"},
        {"# SPDX-License-Identifier: Apache-2.0 OR MIT\r\n", "Apache-2.0 OR MIT"},
        {"<!-- SPDX-License-Identifier: CC0-1.0 -->", "CC0-1.0"},
        {"(* SPDX-License-Identifier: ISC *)", "ISC"},
        {"# SPDX-License-Identifier: MIT\n# SPDX-License-Identifier: BSD-2-Clause OR ISC\n",
         "MIT AND (BSD-2-Clause OR ISC)"},
        {"# SPDX-License-Identifier: MIT\n# SPDX-License-Identifier: MIT\n", "MIT"},
        {"# SPDX-License-Identifier: MIT-0\n# SPDX-License-Identifier: MIT\n", "MIT-0 AND MIT"},
        {"# SPDX-License-Identifier: see the file\n", ""},
        {"# SPDX-License-Identifier:\n", ""},
        {"int a;\n", ""},
        {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(find(slice_str(cases[i][0])), cases[i][1]);
}

#define GPL_STATEMENT(name, version)                                                                   \
    "# This program is free software; you can redistribute it and/or modify\n# it under the terms of " \
    "the " name " as\n"                                                                                \
    "# published by the Free Software Foundation; " version "\n"

TEST(headers)
{
    static const char *const cases[][2] = {
        {GPL_STATEMENT("GNU General Public License",
                       "either version 2\n# of the License, or (at your option) any later version."),
         "GPL-2.0-or-later"},
        {GPL_STATEMENT("GNU General Public License", "version 2 of the License."), "GPL-2.0-only"},
        {GPL_STATEMENT("GNU Lesser General Public License",
                       "either\n# version 2.1 of the License, or (at your option) any later version."),
         "LGPL-2.1-or-later"},
        {GPL_STATEMENT("GNU Library General Public License", "version 2 of the License."), "LGPL-2.0-only"},
        {GPL_STATEMENT("GNU Affero General Public License", "version 3."), "AGPL-3.0-only"},
        {"// This file is distributed under the terms of version 3 of the GNU General Public License.\n",
         "GPL-3.0-only"},
        {"/*\n * Licensed under the Apache License, Version 2.0 (the \"License\");\n * you may not use this "
         "file\n */\n",
         "Apache-2.0"},
        {"// Licensed under the Apache License, Version 2.0 <LICENSE-APACHE or\n// "
         "http://www.apache.org/licenses/LICENSE-2.0> or the MIT "
         "license\n// <LICENSE-MIT>, at your option.\n",
         "Apache-2.0 OR MIT"},
        {"// Copyright 2020 The Go Authors. All rights reserved.\n// Use of this source code is governed by "
         "a BSD-style\n// license that can be "
         "found in the LICENSE file.\n",
         "BSD-3-Clause"},
        {"/* This Source Code Form is subject to the terms of the Mozilla Public\n * License, v. 2.0. */\n",
         "MPL-2.0"},
        {"# This is free and unencumbered software released into the public domain.\n", "Unlicense"},
        {"// Distributed under the Boost Software License, Version 1.0.\n", "BSL-1.0"},
        {"# This module is free software; you can use it under the same terms as Perl itself.\n# same terms "
         "as perl\n",
         "Artistic-1.0-Perl OR GPL-1.0-or-later"},
        {"# License for the house; permission slip for school.\n", ""},
        {"# The GNU General Public License is not used here.\n", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(find(slice_str(cases[i][0])), cases[i][1]);
}

/* Texts that Debian ships in base-files. */
TEST(whole_licences)
{
    static const char *const cases[][2] = {{"Apache-2.0", "Apache-2.0"},
                                           {"BSD", "BSD-3-Clause"},
                                           {"CC0-1.0", "CC0-1.0"},
                                           {"MPL-2.0", "MPL-2.0"},
                                           {"MPL-1.1", "MPL-1.1"}};
    unsigned there = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[256];
        struct buf text;
        struct err e = {0};
        snprintf(path, sizeof path, "/usr/share/common-licenses/%s", cases[i][0]);
        buf_init(&text, BUF_NO_MAX);
        if (access(path, R_OK) == 0 && file_read(path, 1 << 20, &text, &e) == 0) {
            CHECK_STR(find(buf_slice(&text)), cases[i][1]);
            there++;
        }
        buf_free(&text);
    }
    if (!there) SKIP("no /usr/share/common-licenses");
}

int main(void)
{
    buf_init(&scratch, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    RUN(tags);
    RUN(headers);
    RUN(whole_licences);
    buf_free(&scratch);
    buf_free(&out);
    return TEST_END();
}
